/** Looks of a plot's page, light or dark as the reader's system is. Colours of lines can be told apart by colour-blind eyes (Okabe, Ito). */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1d2429; --faint: #66737d; --grid: #e4e8eb; --zero: #aab4bc; --raised: #fffffff2; --edge: #c9d1d7;
  --c0: #0072b2; --c1: #d55e00; --c2: #009e73; --c3: #cc79a7; --c4: #b8860b; --c5: #56b4e9; --c6: #555;
  --on: #009e73; --armed: #e69f00; --off: #d55e00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14181b; --ink: #e6eaed; --faint: #9aa7b0; --grid: #262d32; --zero: #55626b; --raised: #1f262bf2; --edge: #3a454d;
    --c0: #56b4e9; --c1: #f0883e; --c2: #2fc79a; --c3: #e0a3c6; --c4: #e3c04f; --c5: #8fd0ff; --c6: #aaa;
    --on: #2fc79a; --armed: #e3b341; --off: #f0883e;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1180px; padding: 20px 24px 48px; background: var(--paper); color: var(--ink);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
h1 { font-size: 22px; margin: 0 0 4px; font-weight: 600; }
dl { display: flex; flex-wrap: wrap; gap: 4px 28px; margin: 0 0 18px; color: var(--faint); }
dl div { display: flex; gap: 6px; } dt::after { content: ":"; } dd { margin: 0; color: var(--ink); }
figure { margin: 0 0 14px; } figcaption { display: flex; flex-wrap: wrap; gap: 2px 18px; align-items: baseline; }
figcaption b { font-weight: 600; } .key { color: var(--faint); font-size: 14px; white-space: nowrap; }
.key i, .dot { display: inline-block; width: 14px; height: 3px; margin: 0 6px 3px 0; background: currentColor; }
.key i.square { width: 11px; height: 11px; margin-bottom: -1px; border-radius: 2px; }
.key i.round { width: 9px; height: 9px; margin-bottom: 0; border-radius: 50%; }
#figures:focus-visible { outline: 2px solid var(--c0); outline-offset: 6px; border-radius: 4px; }
svg { display: block; width: 100%; height: auto; font-size: 12px; overflow: visible; }
.grid { stroke: var(--grid); } .zero { stroke: var(--zero); } .tick, .unit { fill: var(--faint); }
.away { fill: var(--off); fill-opacity: .18; }
.cursor { visibility: hidden; stroke: var(--ink); stroke-opacity: .45; stroke-dasharray: 3 3; pointer-events: none; }
.line { fill: none; stroke-width: 1.5; stroke-linejoin: round; } .band { stroke: none; fill-opacity: .2; }
.line.c0 { stroke: var(--c0); } .line.c1 { stroke: var(--c1); } .line.c2 { stroke: var(--c2); } .line.c3 { stroke: var(--c3); }
.line.c4 { stroke: var(--c4); } .line.c5 { stroke: var(--c5); } .line.c6 { stroke: var(--c6); }
.band.c0 { fill: var(--c0); } .band.c1 { fill: var(--c1); } .band.c2 { fill: var(--c2); }
i.c0, .dot.c0 { color: var(--c0); } i.c1, .dot.c1 { color: var(--c1); } i.c2, .dot.c2 { color: var(--c2); }
i.c3, .dot.c3 { color: var(--c3); } i.c4, .dot.c4 { color: var(--c4); } i.c5, .dot.c5 { color: var(--c5); } i.c6, .dot.c6 { color: var(--c6); }
.supply.enabled, .supply.unknown { fill: var(--on); } .supply.armed { fill: var(--armed); } .supply.disabled { fill: var(--off); }
i.enabled { color: var(--on); } i.armed { color: var(--armed); } i.disabled { color: var(--off); }
.mark { stroke: var(--paper); stroke-width: 1.5; } .mark:hover { stroke: var(--ink); }
.mark.command { fill: var(--c0); } .mark.alert { fill: var(--off); } .mark.event { fill: var(--faint); }
#figures.looking .cursor { visibility: visible; }
#tip { position: fixed; pointer-events: none; padding: 8px 12px; border: 1px solid var(--edge); border-radius: 6px;
  background: var(--raised); font-size: 13px; line-height: 1.5; box-shadow: 0 2px 10px #0003; white-space: nowrap; }
#tip .when { font-weight: 600; } #tip .value { font-variant-numeric: tabular-nums; font-weight: 600; }
details { margin-top: 20px; } summary { cursor: pointer; font-weight: 600; }
table { border-collapse: collapse; margin-top: 8px; font-size: 14px; } td { padding: 3px 16px 3px 0; vertical-align: top; }
td:first-child { white-space: nowrap; color: var(--faint); font-variant-numeric: tabular-nums; } tr:hover td { background: var(--grid); }
@media print { #tip { display: none; } details { break-before: page; } }
`;
