/** The button, the panel around its contents, and what is alike in all of it. In pixels, as an app may size its root as it likes. */
export const frame: string = `
/* Important, as the rules of the page for its elements come before those for a host. */
:host {
  all: initial !important;
  display: block !important;
  position: fixed !important;
  z-index: 99998 !important;
  inset: auto 0 0 !important;
  pointer-events: none !important;
}
.root {
  all: initial;
  display: block;
  direction: ltr;
  font: 13px/1.45 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', sans-serif;
}
@media print {
  :host { display: none !important; }
}
*, *::before, *::after { box-sizing: border-box; }
h2, h3, p, dl, dd, ul, ol, fieldset { margin: 0; padding: 0; }
ul, ol { list-style: none; }
fieldset { min-width: 0; border: 0; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.visually-hidden {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
.brand-mark { display: block; width: 20px; height: 20px; flex: none; }
.tile-0 { fill: var(--tile-0); }
.tile-2 { fill: var(--tile-2); }
.tile-3 { fill: var(--tile-3); }

.launcher {
  position: fixed;
  bottom: max(12px, env(safe-area-inset-bottom));
  display: grid;
  place-items: center;
  width: 48px;
  height: 48px;
  padding: 0;
  border: 1px solid var(--edge);
  border-radius: 12px;
  background: var(--surface);
  box-shadow: 0 4px 16px var(--shade);
  cursor: pointer;
  pointer-events: auto;
}
.launcher[data-side='right'] { right: max(12px, env(safe-area-inset-right)); }
.launcher[data-side='left'] { left: max(12px, env(safe-area-inset-left)); }
.launcher:hover { border-color: var(--accent); }
.launcher .brand-mark { width: 26px; height: 26px; }

.panel {
  position: relative;
  display: flex;
  flex-direction: column;
  min-height: 200px;
  max-height: calc(100vh - 48px);
  max-height: calc(100dvh - 48px);
  border-top: 1px solid var(--edge);
  background: var(--paper);
  box-shadow: 0 -6px 24px var(--shade);
  color: var(--ink);
  pointer-events: auto;
}

.resize-handle {
  position: absolute;
  z-index: 1;
  inset: -6px 0 auto;
  height: 12px;
  cursor: ns-resize;
  touch-action: none;
}
.resize-handle::after {
  content: '';
  position: absolute;
  inset: 4px 0 auto;
  width: 56px;
  height: 4px;
  margin-inline: auto;
  border-radius: 2px;
  background: var(--edge);
}
.resize-handle:hover::after, .resize-handle[data-held='true']::after { background: var(--accent); }
.resize-handle:focus-visible { outline-offset: -4px; }

.header {
  display: flex;
  align-items: center;
  gap: 4px;
  padding: 6px 12px 6px 16px;
  border-bottom: 1px solid var(--line);
  background: var(--surface);
}
.title {
  display: flex;
  align-items: center;
  gap: 8px;
  min-width: 0;
  font-size: 14px;
  font-weight: 700;
}
.title-name {
  overflow: hidden;
  max-width: 24ch;
  color: var(--soft);
  font-weight: 400;
  text-overflow: ellipsis;
  white-space: nowrap;
}
.status {
  overflow: hidden;
  min-width: 0;
  margin-inline: 12px auto;
  padding: 2px 10px 2px 8px;
  border: 1px solid var(--line);
  border-radius: 999px;
  font-weight: 600;
  text-overflow: ellipsis;
  white-space: nowrap;
}
.status::before {
  content: '';
  display: inline-block;
  width: 9px;
  height: 9px;
  margin-inline-end: 6px;
  border: 2px solid var(--edge);
}
.status[data-status='authenticated']::before { border: 0; background: var(--accent); }
.status[data-status='loading']::before { border-color: var(--tile-3); }

button {
  min-height: 32px;
  padding: 4px 12px;
  border: 1px solid var(--edge);
  border-radius: 6px;
  background: var(--surface);
  color: var(--ink);
  font: inherit;
  font-weight: 600;
  cursor: pointer;
}
button:hover { border-color: var(--accent); color: var(--accent-strong); }
button[aria-disabled='true'], button[aria-disabled='true']:hover {
  border-color: var(--line);
  background: var(--wash);
  color: var(--soft);
  cursor: not-allowed;
}
button[aria-pressed='true'] { border-color: transparent; background: var(--accent); color: var(--on-accent); }
button[aria-pressed='true']:hover { background: var(--accent-strong); color: var(--on-accent); }
.icon-button { display: grid; flex: none; place-items: center; width: 32px; padding: 0; border-color: transparent; background: transparent; }
.icon-button svg {
  width: 16px;
  height: 16px;
  fill: none;
  stroke: currentcolor;
  stroke-width: 1.75;
  stroke-linecap: round;
  stroke-linejoin: round;
}

@media (prefers-reduced-motion: no-preference) {
  .launcher, button { transition: border-color 0.15s, background-color 0.15s; }
}
@media (pointer: coarse) {
  button { min-height: 44px; }
  .icon-button { width: 44px; }
  .resize-handle { inset-block-start: -12px; height: 24px; }
  .resize-handle::after { inset-block-start: 10px; }
}
@media (max-width: 47.99em) {
  .header { gap: 0; padding: 6px 4px 6px 12px; }
  .status { margin-inline-start: 12px; }
  .title { flex: none; }
  .title-name { display: none; }
}
@media (max-width: 22.49em) {
  .title .brand-mark { display: none; }
  .status { margin-inline-start: 8px; padding-inline: 6px; font-size: 12px; }
}
`
