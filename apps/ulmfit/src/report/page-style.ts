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
caption { white-space: normal; text-align: left; color: var(--faint); padding-bottom: 0.3rem; }
th, td { padding: 0.25rem 0.8rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th[scope='row'], .facts td { text-align: left; }
.facts td { white-space: normal; overflow-wrap: anywhere; }
.beside { display: flex; flex-wrap: wrap; gap: 1.5rem 2.5rem; align-items: flex-start; margin: 1.5rem 0; }
.beside > * { min-width: 0; max-width: 100%; }
.beside .chart { flex: 1 1 22rem; max-width: 34rem; }
.beside table { margin: 0.4rem 0; }
@media (max-width: 40rem) { table { font-size: 0.85rem; } th, td { padding: 0.25rem 0.35rem; } .extra { display: none; } .main { padding: 1rem; }
  .classes, .epochs { font-size: 0.75rem; } .classes th, .classes td, .epochs th, .epochs td { padding: 0.2rem 0.25rem; }
  .epochs { font-size: 0.7rem; } .epochs th[scope='col'] { white-space: normal; vertical-align: bottom; }
  .runs { font-size: 0.75rem; } .runs th { white-space: normal; overflow-wrap: anywhere; min-width: 2.6rem; padding: 0.25rem 0.2rem; } .runs td { padding: 0.25rem 0.2rem; } .runs th:first-child { min-width: 5rem; } .runs .interval { min-width: 4rem; }
  .settings thead { display: none; } .settings tr, .settings th, .settings td { display: block; } .settings th, .settings td { border: 0; } .settings tr { border-bottom: 1px solid var(--line); }
  .settings td::before { content: attr(data-run) ': '; color: var(--faint); } }
.good { --look: var(--good); } .below { --look: var(--below); } .guess { --look: var(--guess); }
header p { color: var(--faint); margin-top: -0.4rem; overflow-wrap: anywhere; }
.main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); gap: 0.5rem 2.5rem; align-items: center; border: 1px solid var(--line); border-left: 8px solid var(--look); border-radius: 10px; padding: 1.2rem 1.5rem; }
.main p { margin: 0.2rem 0; }
.main .what { color: var(--faint); }
.main .figure { font-size: clamp(3rem, 11vw, 5rem); line-height: 1.05; font-weight: 700; color: var(--look); font-variant-numeric: tabular-nums; }
.main .standing { font-weight: 600; font-size: 1.1rem; color: var(--look); }
.scale { list-style: none; padding: 0; margin: 0 0 0.8rem; display: grid; grid-template-columns: auto minmax(4rem, 1fr) auto; gap: 0.3rem 0.8rem; align-items: center; font-variant-numeric: tabular-nums; }
.scale li { display: contents; }
.scale li > :last-child { text-align: right; }
.scale .track { height: 0.7rem; border-radius: 4px; background: var(--bar); overflow: hidden; }
.scale .track span { display: block; height: 100%; width: calc(var(--share) * 100%); background: var(--faint); }
.scale .own { font-weight: 600; }
.scale .own .track span { background: var(--look); }
.cards { margin: 1rem 0; }
.term { font: inherit; color: inherit; text-align: inherit; background: none; border: 0; padding: 0; cursor: help; text-decoration: underline dotted 1px; text-underline-offset: 3px; }
.term:hover::after, .term:focus::after { content: attr(data-tip); position: fixed; z-index: 9; left: 1rem; right: 1rem; bottom: 1rem; max-width: 34rem; margin: 0 auto; padding: 0.7rem 1rem; border-radius: 8px; background: var(--ink); color: var(--paper); font: 15px/1.4 system-ui, sans-serif; text-align: left; white-space: normal; box-shadow: 0 2px 12px #0006; }
.term:focus-visible, summary:focus-visible { outline: 2px solid #3b82f6; outline-offset: 2px; border-radius: 3px; }
summary { cursor: pointer; padding: 0.3rem 0; }
.stage { border-bottom: 1px solid var(--line); }
.stage > summary { padding: 0.6rem 0; }
dt { font-weight: 600; } dd { margin: 0 0 0.6rem; max-width: 44rem; }
thead th { vertical-align: bottom; }
tfoot th, tfoot td { font-weight: 600; }
.bar { background: linear-gradient(to right, var(--bar) calc(var(--share) * 100%), transparent 0) no-repeat left 0.3rem center / calc(100% - 0.6rem) 70%; }
.confusion td { text-align: right; padding: 0.25rem 0.45rem; border: 1px solid var(--paper); min-width: 1.6rem; }
.confusion .right { background: rgb(59 130 246 / calc(var(--share) * 0.65)); }
.confusion .wrong { background: rgb(249 115 22 / calc(var(--share) * 1.6)); }
.confusion .none { color: var(--faint); opacity: 0.6; }
.confusion thead span { display: inline-block; max-width: 9rem; max-height: 9rem; overflow: hidden; text-overflow: ellipsis; }
.confusion.many thead th { padding: 0.25rem; }
@media (max-width: 40rem) { .confusion.many { font-size: 0.62rem; } .confusion.many td, .confusion.many thead th { padding: 0.1rem; min-width: 0; } }
.narrow { max-width: 20rem; }
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
