/** Light or dark as the reader prefers; prints on paper. */
export const pageStyle = `
:root { --ink: #1f2328; --faint: #59636e; --line: #d1d9e0; --paper: #ffffff; --good: #1a7f37; --below: #9a6700; --guess: #cf222e; --bar: #3b82f633; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --faint: #9198a1; --line: #3d444d; --paper: #0d1117; --good: #3fb950; --below: #d29922; --guess: #f85149; --bar: #3b82f655; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2 { line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); padding-bottom: 0.3rem; }
small { color: var(--faint); font-weight: normal; }
.cards { display: flex; flex-wrap: wrap; gap: 1rem; padding: 0; list-style: none; }
.cards li { border: 1px solid var(--line); border-radius: 8px; padding: 0.8rem 1rem; flex: 1 1 13rem; }
.cards span { display: block; color: var(--faint); font-size: 0.85rem; }
.cards strong { font-size: 1.7rem; font-variant-numeric: tabular-nums; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); gap: 1rem; }
figure { margin: 0; break-inside: avoid; }
figcaption { font-weight: 600; }
svg { width: 100%; height: auto; }
svg text { fill: var(--faint); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 1rem 0; }
caption { text-align: left; color: var(--faint); padding-bottom: 0.3rem; }
th, td { padding: 0.25rem 0.8rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th[scope='row'], .facts td { text-align: left; }
.facts td { white-space: normal; overflow-wrap: anywhere; }
.beside { display: flex; flex-wrap: wrap; gap: 1.5rem 3rem; align-items: flex-start; margin: 1.5rem 0; }
.beside > * { min-width: 0; max-width: 100%; }
.beside .chart { flex: 1 1 22rem; max-width: 34rem; }
.beside table { margin: 0.4rem 0; }
@media (max-width: 40rem) { table { font-size: 0.85rem; } th, td { padding: 0.25rem 0.35rem; } }
.cards em { display: block; font-style: normal; font-weight: 600; }
.good { --look: var(--good); } .below { --look: var(--below); } .guess { --look: var(--guess); }
.cards .good, .cards .below, .cards .guess { border-left: 5px solid var(--look); }
.cards .good em, .cards .below em, .cards .guess em { color: var(--look); }
.verdict { border-left: 5px solid var(--look); padding: 0.4rem 0.8rem; }
thead th { vertical-align: bottom; }
tfoot th, tfoot td { font-weight: 600; }
.bar { background: linear-gradient(to right, var(--bar) calc(var(--share) * 100%), transparent 0) no-repeat left 0.3rem center / calc(100% - 0.6rem) 70%; }
.confusion td { text-align: right; padding: 0.25rem 0.45rem; border: 1px solid var(--paper); min-width: 1.6rem; }
.confusion .right { background: rgb(59 130 246 / calc(var(--share) * 0.65)); }
.confusion .wrong { background: rgb(249 115 22 / calc(var(--share) * 1.6)); }
.confusion .none { color: var(--faint); opacity: 0.6; }
.confusion thead span { display: inline-block; max-width: 9rem; max-height: 9rem; overflow: hidden; text-overflow: ellipsis; }
.confusion.many thead th { padding: 0.25rem; }
.confusion.many thead span { writing-mode: vertical-rl; transform: rotate(180deg); }
.confusion th[scope='row'], .classes th[scope='row'] { position: sticky; left: 0; background: var(--paper); max-width: min(14rem, 30vw); overflow: hidden; text-overflow: ellipsis; }
.mistakes { padding-left: 1.4rem; }
.mistakes p { margin: 0.8rem 0 0.2rem; }
mark { color: inherit; background: none; border-radius: 3px; }
mark.for { background: rgb(59 130 246 / calc(var(--share) * 0.65)); }
mark.against { background: rgb(249 115 22 / calc(var(--share) * 0.65)); text-decoration: underline dotted; text-underline-offset: 3px; }
.explained { white-space: pre-wrap; line-height: 1.9; }
.key { white-space: nowrap; }
details table th[scope='row'] { max-width: min(20rem, 50vw); overflow: hidden; text-overflow: ellipsis; }
blockquote { margin: 0; padding-left: 0.8rem; border-left: 3px solid var(--line); overflow-wrap: anywhere; }
table.settings td { text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 7rem; vertical-align: top; }
table.settings th[scope='row'] { vertical-align: top; }
.command { white-space: pre-wrap; overflow-wrap: anywhere; }
.interval { position: relative; min-width: 12rem; }
.interval span { position: absolute; inset: 0 0.8rem; }
.interval span::before { content: ''; position: absolute; top: calc(50% - 3px); height: 6px; border-radius: 3px; left: var(--from); right: calc(100% - var(--to)); background: var(--bar); }
.interval span::after { content: ''; position: absolute; top: calc(50% - 6px); width: 4px; height: 12px; border-radius: 2px; left: calc(var(--at) - 2px); background: #3b82f6; }
pre { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; padding: 0.8rem; }
`;
