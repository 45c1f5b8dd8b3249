/** The ring, the buttons and the session. */
export const contents: string = `
.columns {
  display: grid;
  flex: 1;
  grid-template-columns: minmax(320px, 368px) minmax(220px, 1fr) minmax(360px, 2fr);
  min-height: 0;
}
.column {
  min-width: 0;
  min-height: 0;
  padding: 16px;
  overflow: auto;
}
.column + .column { border-inline-start: 1px solid var(--line); }
.column:focus-visible, .events:focus-visible { outline-offset: -3px; }
h3 { margin-bottom: 8px; font: 600 16px/1.3 ui-serif, 'Iowan Old Style', Palatino, 'Palatino Linotype', P052, Georgia, serif; }
.hint { color: var(--soft); font-size: 12px; }
code { font: 0.92em ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace; overflow-wrap: anywhere; }

.ring {
  display: grid;
  grid-template-columns: 128px minmax(0, 1fr);
  align-items: center;
  gap: 16px;
}
.ring-face { position: relative; }
.ring-face svg { display: block; width: 100%; }
.ring-face rect { fill: var(--track); }
.ring-face [data-part='left'] { fill: var(--accent); }
.ring-face [data-part='lead'] { fill: var(--lead); }
.ring-text { position: absolute; inset: 0; display: grid; place-content: center; text-align: center; }
.ring-time {
  font: 600 26px/1.1 ui-serif, 'Iowan Old Style', Palatino, 'Palatino Linotype', P052, Georgia, serif;
  font-variant-numeric: tabular-nums;
}
.ring-caption { color: var(--soft); font-size: 11px; }

.facts { display: grid; gap: 4px; }
.facts > div { display: grid; grid-template-columns: 80px minmax(0, 1fr); gap: 8px; }
.facts dt { color: var(--soft); }
.facts dd { font-variant-numeric: tabular-nums; font-weight: 600; overflow-wrap: anywhere; }
[data-bad='true'] { color: var(--alert); }

.controls { display: grid; gap: 8px; margin-top: 16px; padding-top: 16px; border-top: 1px solid var(--line); }
.buttons { display: grid; grid-template-columns: 1fr 1fr; gap: 8px; }
.buttons button { padding-inline: 6px; }
.skew { display: grid; grid-template-columns: auto 1fr auto; }
.skew button { border-radius: 0; }
.skew button + button { margin-inline-start: -1px; }
.skew button:first-child { border-radius: 6px 0 0 6px; }
.skew button:last-child { border-radius: 0 6px 6px 0; }
.skew button[aria-disabled='true'] { border-color: var(--edge); }
.skew button:is(:hover, :focus-visible) { position: relative; }

.scopes { display: flex; flex-wrap: wrap; gap: 4px; }
.scopes li { padding: 0 6px; border-radius: 4px; background: var(--wash); font-weight: 400; }
.notice { margin-top: 12px; padding: 8px 12px; border-inline-start: 4px solid var(--tile-2); background: var(--wash); }
.notice strong { display: block; }
.notice .hint { display: block; color: var(--soft); }
.claims { width: 100%; margin-top: 16px; border-collapse: collapse; }
.claims caption { padding-bottom: 4px; color: var(--soft); text-align: start; }
.claims th, .claims td {
  padding: 4px 0;
  border-top: 1px solid var(--line);
  font-weight: 400;
  text-align: start;
  vertical-align: baseline;
}
.claims th { width: 38%; padding-inline-end: 12px; color: var(--soft); overflow-wrap: anywhere; }
.claims td { font: 12px/1.5 ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace; overflow-wrap: anywhere; }

@media (max-width: 59.99em) {
  .columns { display: block; overflow: auto; overscroll-behavior: contain; }
  .column { overflow: visible; }
  .column + .column { border-inline-start: 0; border-top: 1px solid var(--line); }
}
@media (max-width: 47.99em) {
  .column { padding: 12px; }
}
@media (max-width: 22.49em) {
  .ring { grid-template-columns: minmax(0, 1fr); }
  .ring-face { width: 128px; margin-inline: auto; }
}
`
