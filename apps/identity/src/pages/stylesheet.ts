/** Look of every page, light and dark, from phone width up, and in the small window of a popup. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --paper: #faf7f1;
  --field: #fffefb;
  --ink: #1d2426;
  --soft: #59635f;
  --line: #d8d1c3;
  --edge: #8b8b80;
  --accent: #0f6b62;
  --accent-strong: #0a534c;
  --on-accent: #ffffff;
  --alert: #a3271d;
  --alert-wash: #fbeae4;
  --note-wash: #f1ebdd;
  --tile-0: #0f6b62;
  --tile-1: #2c4653;
  --tile-2: #c2603a;
  --tile-3: #d9a441;
  --tile-4: #e9dfc8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14191a;
    --field: #1b2223;
    --ink: #ece8de;
    --soft: #a4aca6;
    --line: #323b3b;
    --edge: #717b78;
    --accent: #6fc7b9;
    --accent-strong: #93dacd;
    --on-accent: #0d201d;
    --alert: #ff9f8e;
    --alert-wash: #3a211d;
    --note-wash: #1f2727;
    --tile-0: #17695f;
    --tile-1: #3a5563;
    --tile-2: #9c5134;
    --tile-3: #a9822f;
    --tile-4: #38403c;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0;
  min-height: 100vh;
  min-height: 100dvh;
  display: grid;
  grid-template-rows: calc(100vw * 4 / 14) 1fr;
  background: var(--paper);
  color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", sans-serif;
}
.mosaic { display: block; width: 100%; height: 100%; }
.tile-0 { fill: var(--tile-0); }
.tile-1 { fill: var(--tile-1); }
.tile-2 { fill: var(--tile-2); }
.tile-3 { fill: var(--tile-3); }
.tile-4 { fill: var(--tile-4); }
.side {
  display: grid;
  grid-template-rows: 1fr auto;
  gap: 2.5rem;
  min-width: 0;
  padding: 2rem 1.5rem 1.5rem;
}
main, footer { width: 100%; max-width: 25rem; margin-inline: auto; }
.brand {
  margin: 0 0 .5rem;
  color: var(--soft);
  font-size: .8125rem;
  font-weight: 600;
  letter-spacing: .08em;
  text-transform: uppercase;
}
h1 {
  margin: 0 0 .75rem;
  font-family: ui-serif, "Iowan Old Style", Palatino, "Palatino Linotype", "P052", Georgia, serif;
  font-size: clamp(2rem, 1.6rem + 1.6vw, 2.5rem);
  font-weight: 600;
  letter-spacing: -.01em;
  line-height: 1.15;
  text-wrap: balance;
}
p { margin: 0 0 1rem; text-wrap: pretty; }
.lead { color: var(--soft); }
.lead strong { color: var(--ink); font-weight: 600; }
a { color: var(--accent); text-underline-offset: .2em; }
a:hover { color: var(--accent-strong); }
form { display: grid; gap: 1rem; margin: 1.5rem 0 0; }
.field { display: grid; gap: .375rem; }
label { font-weight: 600; }
input:not([type=hidden]) {
  width: 100%;
  min-height: 3rem;
  padding: .625rem .875rem;
  border: 1px solid var(--edge);
  border-radius: .375rem;
  background: var(--field);
  color: inherit;
  font: inherit;
}
input[aria-invalid=true] { border-color: var(--alert); }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: .5rem; }
button, .button {
  flex: 1 1 auto;
  min-height: 3rem;
  padding: .625rem 1.25rem;
  border: 1px solid transparent;
  border-radius: .375rem;
  background: var(--accent);
  color: var(--on-accent);
  font: inherit;
  font-weight: 600;
  text-align: center;
  text-decoration: none;
  cursor: pointer;
}
button:hover, .button:hover { background: var(--accent-strong); color: var(--on-accent); }
button.quiet { flex-grow: 0; border-color: var(--edge); background: transparent; color: var(--ink); }
button.quiet:hover { border-color: var(--ink); background: var(--note-wash); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.alert, .note { padding: .75rem .875rem; border-left: .25rem solid var(--tile-3); background: var(--note-wash); }
.alert { margin: 0; border-color: var(--alert); background: var(--alert-wash); color: var(--alert); font-weight: 600; }
.note { margin: 1.75rem 0 0; font-size: .9375rem; }
code {
  font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
  font-size: .9375em;
  overflow-wrap: anywhere;
}
ul { display: grid; gap: .625rem; margin: 1.25rem 0 0; padding: 0; list-style: none; }
li { position: relative; padding-left: 1.625rem; }
li::before {
  content: "";
  position: absolute;
  top: .4375em;
  left: 0;
  width: .6875rem;
  height: .6875rem;
  background: var(--tile-0);
}
li:nth-child(4n+2)::before { background: var(--tile-2); }
li:nth-child(4n+3)::before { background: var(--tile-3); }
li:nth-child(4n)::before { background: var(--tile-1); }
li.refused { color: var(--soft); }
li.refused::before { border: 2px solid var(--edge); background: none; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: 0 0 1.75rem; font-size: .9375rem; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
footer {
  padding-top: 1rem;
  border-top: 1px solid var(--line);
  color: var(--soft);
  font-size: .8125rem;
  text-wrap: balance;
}
@media (min-width: 32rem) {
  body { grid-template-rows: calc(100vw * 2 / 14) 1fr; }
}
@media (min-width: 52rem) {
  body { grid-template-rows: none; grid-template-columns: minmax(18rem, 5fr) 7fr; }
  .mosaic { position: sticky; top: 0; height: 100vh; }
  .side { padding: 3rem; }
  main { align-self: center; }
}
@media (max-width: 51.99rem) and (max-height: 45rem) {
  body { grid-template-rows: calc(100vw / 14) 1fr; }
  .side { gap: 1.5rem; padding-top: 1.5rem; }
}
@media (forced-colors: active) {
  .mosaic { display: none; }
  li::before { forced-color-adjust: none; }
}
`
