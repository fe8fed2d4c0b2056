/** Its style: one column, light or dark as the system is, readable from 320 pixels on. */
export const pageStyle = `:root {
  color-scheme: light dark;
  --ground: #fbfbfa;
  --card: #ffffff;
  --text: #1b1f24;
  --quiet: #57606a;
  --line: #d0d7de;
  --field: #818b98;
  --accent: #0a5fcf;
  --bar: #8fb8f0;
  --bar-best: #0a5fcf;
  --error: #b3261e;
  --for: 10 95 207;
  --against: 196 84 0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1318;
    --card: #171c23;
    --text: #e8ecf1;
    --quiet: #a3adb8;
    --line: #313945;
    --field: #768390;
    --accent: #7ab3ff;
    --bar: #3d5f8f;
    --bar-best: #7ab3ff;
    --error: #ff9d94;
    --for: 74 144 226;
    --against: 224 122 44;
  }
}
* {
  box-sizing: border-box;
}
body {
  margin: 0 auto;
  padding: clamp(1rem, 4vw, 3rem) clamp(1rem, 4vw, 2rem);
  max-width: 46rem;
  background: var(--ground);
  color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif;
  overflow-wrap: anywhere;
}
h1 {
  margin: 0;
  font-size: clamp(1.4rem, 5vw, 1.9rem);
  line-height: 1.2;
  letter-spacing: -0.01em;
}
h2 {
  margin: 0 0 0.25rem;
  color: var(--quiet);
  font-size: 0.9rem;
  font-weight: 600;
}
p {
  margin: 0.25rem 0;
}
.quiet {
  color: var(--quiet);
  font-size: 0.9rem;
}
header {
  margin-bottom: 1.5rem;
}
form > label {
  display: block;
  margin-bottom: 0.35rem;
  font-weight: 600;
}
textarea {
  display: block;
  width: 100%;
  min-height: 8rem;
  padding: 0.75rem;
  border: 1px solid var(--field);
  border-radius: 0.5rem;
  background: var(--card);
  color: inherit;
  font: inherit;
  resize: vertical;
}
textarea::placeholder {
  color: var(--quiet);
  opacity: 1;
}
:focus-visible {
  outline: 3px solid var(--accent);
  outline-offset: 2px;
}
section {
  margin-top: 1.25rem;
  padding: 1rem;
  border: 1px solid var(--line);
  border-radius: 0.5rem;
  background: var(--card);
  min-height: 8rem;
}
section[data-waiting] #answer,
section[data-waiting] table {
  opacity: 0.65;
}
#answer {
  margin: 0;
  font-size: 1.35rem;
  font-weight: 650;
  line-height: 1.3;
}
#answer small {
  margin-left: 0.4rem;
  color: var(--quiet);
  font-size: 1rem;
  font-weight: 400;
}
#answer.none {
  color: var(--quiet);
  font-size: 1rem;
  font-weight: 400;
}
#error {
  color: var(--error);
}
#error:empty {
  display: none;
}
table {
  width: 100%;
  margin-top: 0.75rem;
  border-collapse: collapse;
}
tbody th {
  padding: 0.3rem 0.75rem 0.3rem 0;
  font-weight: 400;
  text-align: left;
}
tbody .chosen th {
  font-weight: 650;
}
td {
  width: 55%;
  padding: 0.3rem 0;
}
.amount {
  display: flex;
  align-items: center;
  gap: 0.6rem;
}
.amount span {
  flex: none;
  width: 4rem;
  text-align: right;
  font-variant-numeric: tabular-nums;
}
.track {
  flex: 1;
  height: 0.6rem;
  border-radius: 0.3rem;
  background: var(--line);
  overflow: hidden;
}
.fill {
  height: 100%;
  background: var(--bar);
}
.chosen .fill {
  background: var(--bar-best);
}
#why {
  min-height: 0;
}
#why[data-waiting] #words {
  opacity: 0.65;
}
.choice {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0.25rem 0.5rem;
}
select {
  max-width: 100%;
  padding: 0.25rem 0.4rem;
  border: 1px solid var(--field);
  border-radius: 0.4rem;
  background: var(--card);
  color: inherit;
  font: inherit;
}
#words {
  margin: 0.75rem 0;
  line-height: 1.9;
  white-space: pre-wrap;
}
.for,
.against {
  padding: 0.1em 0;
  border-radius: 0.2em;
}
.for {
  border-bottom: 2px solid rgb(var(--for));
  background: rgb(var(--for) / var(--strength, 0.3));
}
.against {
  border-bottom: 2px dotted rgb(var(--against));
  background: rgb(var(--against) / var(--strength, 0.3));
}
.legend span {
  color: var(--text);
  padding: 0.1em 0.4em;
}
#reasons:empty {
  display: none;
}
button {
  margin-top: 0.5rem;
  padding: 0.4rem 0.8rem;
  border: 1px solid var(--field);
  border-radius: 0.4rem;
  background: none;
  color: inherit;
  font: inherit;
  cursor: pointer;
}
footer {
  margin-top: 1.5rem;
}
a {
  color: var(--accent);
}
code {
  font-size: 0.95em;
}
.unseen {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
[hidden] {
  display: none;
}
@media (prefers-reduced-motion: no-preference) {
  .fill {
    transition: width 0.15s ease-out;
  }
}
@media (forced-colors: active) {
  .fill {
    background: Highlight;
  }
}
`;
