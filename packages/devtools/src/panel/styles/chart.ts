/** The timeline. */
export const chart: string = `
.timeline { display: flex; flex-direction: column; gap: 8px; }
.timeline-head { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 16px; }
.timeline-head h3 { margin: 0; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 12px; margin-inline-end: auto; color: var(--soft); }
.legend li { display: flex; align-items: center; gap: 6px; }
.legend li::before { content: ''; width: 10px; height: 10px; background: var(--tab); }
[data-tab='0'] { --tab: var(--tab-0); }
[data-tab='1'] { --tab: var(--tab-1); }
[data-tab='2'] { --tab: var(--tab-2); }
[data-tab='3'] { --tab: var(--tab-3); }

.segments { display: flex; padding: 2px; border: 1px solid var(--edge); border-radius: 8px; background: var(--surface); }
.segments label { position: relative; }
.segments input { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0; cursor: pointer; }
.segments span { display: grid; place-content: center; min-height: 26px; padding-inline: 10px; border-radius: 6px; font-weight: 600; }
.segments label:hover span { color: var(--accent-strong); }
.segments :checked + span, .segments label:hover :checked + span { background: var(--accent); color: var(--on-accent); }
.segments :focus-visible + span { outline: 3px solid var(--accent); outline-offset: 3px; }

.chart { flex: none; }
.lane { display: grid; grid-template-columns: 88px minmax(0, 1fr); align-items: center; }
.lane-name { color: var(--soft); font-size: 12px; }
.lane-track {
  position: relative;
  height: 22px;
  margin-inline-end: 10px;
  border-top: 1px solid var(--line);
  background: repeating-linear-gradient(90deg, var(--line) 0 1px, transparent 0 25%);
}
.mark {
  position: absolute;
  top: 2px;
  min-width: 8px;
  height: 8px;
  background: var(--tab);
}
/* Other tabs have the lower half of a row. */
.mark:not([data-tab='0']) { top: 12px; }
.mark[data-outcome='open'] { background: repeating-linear-gradient(90deg, var(--tab) 0 4px, transparent 0 7px); }
.mark[data-outcome='failed'] {
  z-index: 1;
  outline: 2px solid var(--alert);
  outline-offset: -2px;
  background: var(--paper);
}
.axis {
  display: flex;
  justify-content: space-between;
  margin-inline: 88px 0;
  border-top: 1px solid var(--line);
  color: var(--soft);
  font-size: 11px;
  font-variant-numeric: tabular-nums;
}

.events { flex: 1; min-height: 64px; overflow: auto; border-top: 1px solid var(--line); }
.events li { display: grid; grid-template-columns: 64px 64px minmax(0, 1fr) auto; gap: 8px; padding-block: 3px; border-bottom: 1px solid var(--line); }
.event-time, .event-duration { color: var(--soft); font-variant-numeric: tabular-nums; }
.event-tab { color: var(--tab); font-weight: 600; }
.event-text { overflow-wrap: anywhere; }
[data-outcome='failed'] .event-text { color: var(--alert); }

@media (max-width: 59.99em) {
  .events { flex: none; max-height: 240px; }
}
@media (forced-colors: active) {
  .mark, .legend li::before, .ring-face rect, .status::before { forced-color-adjust: none; }
  .segments :checked + span, button[aria-pressed='true'] { background: SelectedItem; color: SelectedItemText; forced-color-adjust: none; }
  .resize-handle::after { background: ButtonText; forced-color-adjust: none; }
}
`
