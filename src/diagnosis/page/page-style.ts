import { hash } from 'node:crypto'

/**
 * How the page looks; the same whatever it says, so that nothing that was read stands in it and its hash is always the same.
 * The last rule shows after five minutes that the page is old: a clock that counts without a script.
 */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: #f5f6f8; --card: #ffffff; --ink: #1b2028; --muted: #57606c; --line: #e1e4e9; --track: #e6e9ee;
  --good: #17683e; --good-bar: #3d9a69; --good-tint: #e7f4ec;
  --warn: #7d4f00; --warn-bar: #cf8a1a; --warn-tint: #fdf1d8;
  --bad: #a1221b; --bad-bar: #d0453c; --bad-tint: #fdeae8;
  --mark: #1b2028; --code: #f1f3f6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12151a; --card: #1a1f26; --ink: #e7eaee; --muted: #a4adb9; --line: #2b323c; --track: #2e3641;
    --good: #7ad3a0; --good-bar: #3f9c6c; --good-tint: #16291f;
    --warn: #f0bf66; --warn-bar: #c98a24; --warn-tint: #2e2410;
    --bad: #ff9d94; --bad-bar: #d6584e; --bad-tint: #351b1a;
    --mark: #f4f6f8; --code: #12161b;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--ink); -webkit-text-size-adjust: 100%; overflow-wrap: anywhere;
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
  font-variant-numeric: tabular-nums;
}
header, main, footer { max-width: 62rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 1.5rem; }
main { display: grid; gap: 1.25rem; padding-top: 1rem; }
footer { padding-top: 1.5rem; padding-bottom: 2.5rem; color: var(--muted); font-size: .875rem; }
h1, h2, h3, p, dl, ul { margin: 0; }
h1 { font-size: clamp(1.35rem, 1.05rem + 1.5vw, 1.9rem); font-weight: 500; line-height: 1.3; text-wrap: balance; }
h1 strong { font-weight: 700; white-space: nowrap; }
h2 { font-size: 1.0625rem; font-weight: 600; line-height: 1.3; }
h3 { font-size: 1rem; font-weight: 600; line-height: 1.4; }
code, .pin { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .875em; }
.host { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem .75rem; color: var(--muted); font-size: .9375rem; }
.host b { color: var(--ink); font-weight: 600; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.25rem; min-width: 0; }
.card > h2 { margin-bottom: .875rem; }
.verdict { border-top: .25rem solid var(--tone); padding-top: 1.5rem; }
.verdict > * + * { margin-top: .75rem; }
.well { --tone: var(--good-bar); --word: var(--good); --tint: var(--good-tint); }
.attention { --tone: var(--warn-bar); --word: var(--warn); --tint: var(--warn-tint); }
.broken { --tone: var(--bad-bar); --word: var(--bad); --tint: var(--bad-tint); }
.tag {
  display: inline-block; padding: .0625rem .625rem; border-radius: 1rem; background: var(--tint); color: var(--word);
  font-size: .8125rem; font-weight: 600; line-height: 1.5; white-space: nowrap; justify-self: start;
}
.muted { color: var(--muted); }
.small { font-size: .875rem; }
.findings { list-style: none; padding: 0; display: grid; gap: 1.125rem; }
.finding { border-left: .25rem solid var(--tone); padding: .125rem 0 .125rem 1rem; display: grid; gap: .375rem; }
.type { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem .75rem; }
time { white-space: nowrap; }
p code { display: inline-block; max-width: 100%; }
.type code { flex: 1 1 16rem; background: var(--code); border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .75rem;
  white-space: pre-wrap; -webkit-user-select: all; user-select: all; }
.life { display: grid; gap: .625rem; }
.life + .life { margin-top: 1.25rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
.life-head { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: .125rem 1rem; }
.bar { display: block; width: 100%; height: 1rem; }
.bar .track { fill: var(--track); }
.bar .used { fill: var(--tone); }
.bar .due, .bar .now { stroke: var(--mark); stroke-width: 2; }
.bar .due { stroke-dasharray: 2 2; stroke: var(--muted); }
.bar-row .bar { height: .5rem; min-width: 5rem; margin-top: .5rem; }
.moments { display: grid; grid-template-columns: repeat(3, 1fr); gap: .5rem 1rem; font-size: .875rem; }
.moments > div:last-child { text-align: right; }
.moments > div:nth-child(2):not(:last-child) { text-align: center; }
.row { grid-column: 1 / -1; }
dt { color: var(--muted); font-size: .8125rem; }
dd { margin: 0; }
dd span, td span.when { display: block; color: var(--muted); font-size: .8125rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(16rem, 100%), 1fr)); gap: 1rem 1.5rem; }
.counts { display: grid; grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); gap: .75rem; margin-bottom: 1rem; }
.counts div { display: flex; flex-direction: column-reverse; }
.counts dd { font-size: 1.375rem; font-weight: 600; line-height: 1.25; }
table { width: 100%; border-collapse: collapse; font-size: .9375rem; }
caption { text-align: left; color: var(--muted); font-size: .875rem; padding-bottom: .5rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem 1rem .5rem 0; border-bottom: 1px solid var(--line); font-weight: 400; }
tr > :last-child { padding-right: 0; }
tbody tr:last-child > * { border-bottom: 0; padding-bottom: 0; }
thead th { color: var(--muted); font-size: .8125rem; white-space: nowrap; padding-top: 0; }
tbody th { font-weight: 600; }
.fault { display: block; margin-top: .25rem; color: var(--bad); font-size: .875rem; }
.more { margin-top: .75rem; }
@media (max-width: 44rem) {
  header, main, footer { padding-left: .875rem; padding-right: .875rem; }
  .card, .verdict { padding-left: 1rem; padding-right: 1rem; }
  .moments { grid-template-columns: 1fr; }
  .moments > div, .moments > div:last-child, .moments > div:nth-child(2):not(:last-child) {
    display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; text-align: right; }
  table, tbody, caption { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  tr { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: .125rem 1rem; padding: .625rem 0;
    border-bottom: 1px solid var(--line); }
  tbody tr:last-child { border-bottom: 0; padding-bottom: 0; }
  th, td { padding: 0; border: 0; }
  tbody th { flex: 1 1 8rem; }
  .whole, .bar-row { flex-basis: 100%; }
  .bar-row .bar { margin: .25rem 0; }
  .first { flex: 1 1 40%; }
}
.verdict > .late { margin-top: 0; visibility: hidden; height: 0; overflow: hidden; animation: late 0s 300s forwards; }
@keyframes late { to { visibility: visible; height: auto; margin-top: .75rem; } }
`

/**
 * What a browser may do with the page: apply this one style. A script, an image, a form or a style that somebody got into it
 * all the same does nothing (Content Security Policy Level 3, 'none' and hash sources).
 */
export const pagePolicy = [
  "default-src 'none'",
  `style-src 'sha256-${hash('sha256', pageStyle, 'base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')
