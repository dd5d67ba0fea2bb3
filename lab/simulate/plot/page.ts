import { type Millis, toIso } from '../../../firmware-sim/kernel/time.ts';
import type { MeterType } from '../simulated-meter.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import { PAGE_STYLE } from './page-style.ts';
import { type Line, type Panel, panelsOf } from './panels.ts';
import type { Mark, PlotRecord, SupplyStretch } from './plot-record.ts';
import { escaped, FRAME, lanesSvg, type Period, panelSvg } from './svg.ts';

/** What the head of a page says about the simulation. */
export type PlotFacts = Readonly<Record<'device' | 'type' | 'profile' | 'load' | 'seed', string>>;

/** `2030-01-15 09:00:00`. */
const when = (at: Millis): string => toIso(at).replace('T', ' ').replace('Z', '');

const times = (count: number): string => (count === 1 ? '' : ` (${count} times)`);

function key(classes: string, text: string): string {
  return `<span class="key"><i class="${classes}"></i>${escaped(text)}</span>`;
}

function panelFigure(panel: Panel, period: Period): string {
  const keys = panel.lines.map(({ name }, i) => key(`c${i}`, name)).join('');
  return `<figure><figcaption><b>${escaped(panel.title)}</b>${keys}</figcaption>${panelSvg(panel, period)}</figure>`;
}

function lanesFigure(supply: readonly SupplyStretch[], marks: readonly Mark[], period: Period): string {
  const states = [...new Set(supply.map(({ state }) => state))].map((state) => key(`square ${state}`, `supply ${state}`));
  return `<figure><figcaption><b>Supply and events</b>${states.join('')}</figcaption>${lanesSvg(supply, marks, period, when)}</figure>`;
}

function eventTable(supply: readonly SupplyStretch[], marks: readonly Mark[]): string {
  const changes = supply.slice(1).map(({ from, state }) => ({ at: from, kind: 'supply', text: state }));
  const others = marks.map(({ at, lane, text, count }) => ({ at, kind: lane as string, text: `${text}${times(count)}` }));
  const rows = [...changes, ...others].sort((a, b) => a.at - b.at);
  if (rows.length === 0) return '';
  const cells = rows.map(({ at, kind, text }) => `<tr><td>${when(at)}</td><td>${kind}</td><td>${escaped(text)}</td></tr>`);
  return `<details><summary>What happened (${rows.length})</summary><table>${cells.join('')}</table></details>`;
}

/** Values of a line at each sample, rounded to what the page shows; null where it has none. */
function valuesAt({ points }: Line, moments: readonly Millis[], digits: number): readonly (number | null)[] {
  const known = new Map(points.map(({ at, value }) => [at, Number(value.toFixed(digits))]));
  return moments.map((at) => known.get(at) ?? null);
}

/** JSON that may stand inside a script element. */
function inlineJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

function dataOf(panels: readonly Panel[], moments: readonly Millis[]): string {
  const { width, left, right } = FRAME;
  const shown = panels.map(({ unit, digits, lines }) => ({
    unit,
    lines: lines.map((line) => ({ name: line.name, v: valuesAt(line, moments, digits) })),
  }));
  return inlineJson({ frame: { width, left, right }, t: moments, panels: shown });
}

/** Nothing is loaded from anywhere: the page may only use what is in it. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/**
 * One page that shows a simulation: load, registers, balances, voltage, supply and what happened, over one axis of time. It needs no
 * network and no other file.
 */
export function plotPage(type: MeterType, record: PlotRecord, facts: PlotFacts): string {
  const moments = record.samples.map(({ at }) => at);
  const period = { from: moments[0] ?? 0, to: moments.at(-1) ?? 1 };
  const panels = panelsOf(type, record);
  const { supply, marks } = record;
  const shown = [
    ['from', `${when(period.from)} UTC`],
    ['to', `${when(period.to)} UTC`],
    ['profile', facts.profile],
    ['load', facts.load],
    ['seed', facts.seed],
  ] as const;
  const list = shown.map(([name, value]) => `<div><dt>${name}</dt><dd>${escaped(value)}</dd></div>`).join('');
  const title = escaped(`${facts.type} ${facts.device}`);
  const figures = [...panels.map((panel) => panelFigure(panel, period)), lanesFigure(supply, marks, period)];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${title} simulated</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<h1>${title}</h1>
<dl>${list}</dl>
<div id="figures" tabindex="0" aria-label="Plots; arrow keys move through time">
${figures.join('\n')}
</div>
${eventTable(supply, marks)}
<div id="tip" hidden></div>
<script type="application/json" id="data">${dataOf(panels, moments)}</script>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}
