import type { Millis } from '../../../firmware-sim/kernel/time.ts';
import type { Line, Panel } from './panels.ts';
import type { Mark, SupplyStretch } from './plot-record.ts';
import { LANES } from './plot-record.ts';
import { numberScale, tickText, timeTicks } from './scale.ts';

/** Drawing area in user units; the page scales it to its width. */
export const FRAME = { width: 1100, left: 70, right: 16, top: 8, bottom: 22 } as const;

const PANEL_HEIGHT = 190;
const LANE_HEIGHT = 22;

/** Text inside HTML and SVG. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** A number in as few digits as a screen can show. */
const at = (value: number): string => String(Math.round(value * 10) / 10);

/** From when to when a plot goes. */
export interface Period {
  readonly from: Millis;
  readonly to: Millis;
}

type Place = (value: number) => number;

function timePlace({ from, to }: Period): Place {
  const width = FRAME.width - FRAME.left - FRAME.right;
  return (moment) => FRAME.left + ((moment - from) / (to - from)) * width;
}

function linePath({ points, stepped }: Line, x: Place, y: Place, from: Millis): string {
  let path = '';
  points.forEach(({ at: moment, value }, i) => {
    const [px, py] = [at(x(moment)), at(y(value))];
    if (!stepped) path += i === 0 ? `M${px} ${py}` : `L${px} ${py}`;
    else path += i === 0 ? `M${at(x(from))} ${py}H${px}` : `V${py}H${px}`;
  });
  return path;
}

/** Stretches of a line that have a value other than zero, each with the moment it begins at. */
function litParts(line: Line, from: Millis): readonly { readonly line: Line; readonly from: Millis }[] {
  const parts: { line: Line; from: Millis }[] = [];
  let open: Line['points'][number][] | undefined;
  line.points.forEach((point, i) => {
    if (point.value === 0) open = undefined;
    else if (open) open.push(point);
    else {
      open = [point];
      parts.push({ line: { ...line, points: open }, from: line.points[i - 1]?.at ?? from });
    }
  });
  return parts;
}

/** What lies between the extremes of each stretch; nothing where they never part. */
function bandPath({ points }: Line, x: Place, y: Place, from: Millis): string {
  if (points.every(({ low, high }) => low === high)) return '';
  const along = (list: Line['points'], pick: (point: Line['points'][number]) => number): string[] =>
    list.map((point) => `V${at(y(pick(point)))}H${at(x(point.at))}`);
  const there = along(points, ({ high, value }) => high ?? value);
  const back = [...points].reverse().map((point, i, all) => {
    const start = all[i + 1]?.at ?? from;
    return `V${at(y(point.low ?? point.value))}H${at(x(start))}`;
  });
  return `M${at(x(from))} ${at(y(points[0]?.high ?? 0))}${there.join('')}${back.join('')}Z`;
}

function timeAxis(period: Period, height: number): string {
  const x = timePlace(period);
  const bottom = height - FRAME.bottom;
  return timeTicks(period.from, period.to)
    .map(({ at: moment, text }) => {
      const px = at(x(moment));
      const label = `<text class="tick" x="${px}" y="${bottom + 15}" text-anchor="middle">${text}</text>`;
      return `<line class="grid" x1="${px}" x2="${px}" y1="${FRAME.top}" y2="${bottom}"/>${label}`;
    })
    .join('');
}

function cursor(height: number): string {
  return `<line class="cursor" y1="${FRAME.top}" y2="${height - FRAME.bottom}"/>`;
}

function open(height: number, label: string): string {
  return `<svg viewBox="0 0 ${FRAME.width} ${height}" role="img" aria-label="${escaped(label)}">`;
}

/** Lowest and highest value that the axis of a panel has to hold. */
function extremes({ lines, fromZero }: Panel): readonly [number, number] {
  const values = lines.flatMap(({ points }) => points.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]));
  const lit = values.filter((value) => value !== 0);
  const all = fromZero || lit.length === 0 ? [...values, 0] : lit;
  return all.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ] as [number, number]);
}

/** A panel with its axes and lines. */
export function panelSvg(panel: Panel, period: Period): string {
  const { low, high, ticks } = numberScale(...extremes(panel));
  const [top, bottom] = [FRAME.top, PANEL_HEIGHT - FRAME.bottom];
  const x = timePlace(period);
  const y: Place = (value) => bottom - ((value - low) / (high - low)) * (bottom - top);
  const rows = ticks.map((value) => {
    const py = at(y(value));
    const kind = value === 0 ? 'zero' : 'grid';
    const label = `<text class="tick" x="${FRAME.left - 6}" y="${Number(py) + 4}" text-anchor="end">${tickText(value)}</text>`;
    return `<line class="${kind}" x1="${FRAME.left}" x2="${FRAME.width - FRAME.right}" y1="${py}" y2="${py}"/>${label}`;
  });
  const draw = (line: Line, path: typeof linePath): string => {
    const parts = panel.fromZero ? [{ line, from: period.from }] : litParts(line, period.from);
    return parts.map((part) => path(part.line, x, y, part.from)).join('');
  };
  const bands = panel.lines.map((line, i) => `<path class="band c${i}" d="${draw(line, bandPath)}"/>`);
  const lines = panel.lines.map((line, i) => `<path class="line c${i}" d="${draw(line, linePath)}"/>`);
  const away = panel.away.map(({ from, to, text }) => {
    const box = `x="${at(x(from))}" width="${at(x(to) - x(from))}" y="${top}" height="${bottom - top}"`;
    return `<rect class="away" ${box}><title>${escaped(text)}</title></rect>`;
  });
  const unit = `<text class="unit" x="14" y="${(top + bottom) / 2}" transform="rotate(-90 14 ${(top + bottom) / 2})" text-anchor="middle">${panel.unit}</text>`;
  const content = [timeAxis(period, PANEL_HEIGHT), ...rows, ...away, ...bands, ...lines, unit, cursor(PANEL_HEIGHT)];
  return `${open(PANEL_HEIGHT, panel.title)}${content.join('')}</svg>`;
}

const LANE_TITLES: Readonly<Record<(typeof LANES)[number], string>> = { command: 'commands', alert: 'alerts', event: 'log' };

function times(count: number): string {
  return count === 1 ? '' : ` (${count} times)`;
}

/** The state of supply, and a lane each for commands, alerts and log entries; every mark says by its title what it is. */
export function lanesSvg(
  supply: readonly SupplyStretch[],
  marks: readonly Mark[],
  period: Period,
  when: (at: Millis) => string,
): string {
  const height = FRAME.top + (LANES.length + 1) * LANE_HEIGHT + FRAME.bottom;
  const x = timePlace(period);
  const middle = (lane: number): number => FRAME.top + (lane + 0.5) * LANE_HEIGHT;
  const label = (lane: number, text: string): string =>
    `<text class="tick" x="${FRAME.left - 6}" y="${middle(lane) + 4}" text-anchor="end">${text}</text>`;
  const stretches = supply.map(({ from, state }, i) => {
    const end = supply[i + 1]?.from ?? period.to;
    const width = Math.max(0.5, x(end) - x(from));
    const title = `<title>supply ${state} from ${when(from)} to ${when(end)}</title>`;
    return `<rect class="supply ${state}" x="${at(x(from))}" width="${at(width)}" y="${middle(0) - 6}" height="12">${title}</rect>`;
  });
  const dots = marks.map(({ at: moment, lane, text, count }) => {
    const title = `<title>${when(moment)} ${escaped(text)}${times(count)}</title>`;
    return `<circle class="mark ${lane}" cx="${at(x(moment))}" cy="${middle(1 + LANES.indexOf(lane))}" r="4.5">${title}</circle>`;
  });
  const labels = [label(0, 'supply'), ...LANES.map((lane, i) => label(i + 1, LANE_TITLES[lane]))];
  const content = [timeAxis(period, height), ...labels, ...stretches, ...dots, cursor(height)];
  return `${open(height, 'Supply, commands, alerts and log entries')}${content.join('')}</svg>`;
}
