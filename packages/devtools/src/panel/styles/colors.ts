const light = `
  --paper: #faf7f1;
  --surface: #fffefb;
  --wash: #f1ebdd;
  --ink: #1d2426;
  --soft: #59635f;
  --line: #ddd6c8;
  --edge: #8b8b80;
  --accent: #0f6b62;
  --accent-strong: #0a534c;
  --on-accent: #ffffff;
  --alert: #a3271d;
  --track: #e4dccb;
  --lead: #d9a441;
  --tile-0: #0f6b62;
  --tile-2: #c2603a;
  --tile-3: #d9a441;
  --tab-0: #0f6b62;
  --tab-1: #8a6516;
  --tab-2: #2c4653;
  --tab-3: #b0521f;
  --shade: rgb(29 36 38 / 16%);
  color-scheme: light;
`

const dark = `
  --paper: #14191a;
  --surface: #1b2223;
  --wash: #222b2b;
  --ink: #ece8de;
  --soft: #a4aca6;
  --line: #323b3b;
  --edge: #717b78;
  --accent: #6fc7b9;
  --accent-strong: #93dacd;
  --on-accent: #0d201d;
  --alert: #ff9f8e;
  --track: #323b3b;
  --lead: #a9822f;
  --tile-0: #2b8f82;
  --tile-2: #c2673f;
  --tile-3: #cf9f3d;
  --tab-0: #6fc7b9;
  --tab-1: #dcb457;
  --tab-2: #9cb8c8;
  --tab-3: #e58f63;
  --shade: rgb(0 0 0 / 50%);
  color-scheme: dark;
`

/** The colours of the panel: as the system has it, unless somebody chose. */
export const colors: string = `
.root {${light}}
@media (prefers-color-scheme: dark) {
  .root {${dark}}
}
.root[data-theme='light'] {${light}}
.root[data-theme='dark'] {${dark}}
@media (prefers-contrast: more) {
  .root, .root[data-theme] { --soft: var(--ink); --line: var(--edge); --edge: var(--ink); }
}
`
