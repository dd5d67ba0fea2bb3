import { resolve } from 'node:path';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { seededEntropy } from '../../firmware-sim/crypto/suite.ts';
import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { type Millis, toIso } from '../../firmware-sim/kernel/time.ts';
import { elementsOf } from '../devices/kinds.ts';
import { lifeParameters } from '../devices/life-parameters.ts';
import type { StoredDevice } from '../devices/stored-devices.ts';
import { textOf, writeText } from '../files/text.ts';
import { loadKeystore } from '../keystore/keystore.ts';
import type { KeptLoad } from '../loads/kept-load.ts';
import { electricityLoad, gasLoad } from '../loads/meter-load.ts';
import { readOctets } from '../ota/image-input.ts';
import { DayCsv, dayJson, totalsJson } from '../simulate/day-json.ts';
import { DayTable, totalsLines } from '../simulate/day-table.ts';
import type { KeptMeter } from '../simulate/kept-meter.ts';
import { type MeterChoice, meterChoice } from '../simulate/meter-choice.ts';
import { OrderWorld } from '../simulate/order-world.ts';
import { readOrders } from '../simulate/orders.ts';
import type { PlotFacts } from '../simulate/plot/page.ts';
import type { PlotRecord } from '../simulate/plot/plot-record.ts';
import { readingsOf, readValues, supplyOf } from '../simulate/readings.ts';
import { connect, type MeterType, makeMeter, type SimulatedMeter, startLife } from '../simulate/simulated-meter.ts';
import { type Order, Simulation } from '../simulate/simulation.ts';
import { type Totals, TotalsRecord } from '../simulate/totals.ts';
import { type Arguments, EXIT, type Handler, type OperationContext } from './operation.ts';
import type { simulateParameters } from './simulate.ts';

type SimulateArguments = Arguments<typeof simulateParameters>;

/** Entity Identifiers of RTDS 4.5.0's devices. */
const USUAL_EUIS: Readonly<Record<MeterType, Eui64>> = {
  ESME: '00-DB-12-34-56-78-90-A0' as Eui64,
  GSME: '00-DB-12-34-56-78-90-A1' as Eui64,
};

const USUAL_LOADS: Readonly<Record<MeterType, string>> = { ESME: 'household', GSME: 'gas-household' };

/** State files are for those who want them: their library is not loaded for others. */
async function openKept(file: string | undefined): Promise<KeptMeter | undefined> {
  if (file === undefined) return undefined;
  const kept = await import('../simulate/kept-meter.ts');
  return new kept.KeptMeter(file);
}

interface Prepared {
  readonly choice: MeterChoice;
  readonly meter: SimulatedMeter;
  readonly madeAt: Millis;
  readonly loadText: string;
  readonly orders: readonly Order[];
}

function choose(args: SimulateArguments, kept: KeptMeter | undefined) {
  const type = args.device === undefined ? undefined : args.device === 'gsme' ? 'GSME' : 'ESME';
  const named = (eui: Eui64): { readonly stored: StoredDevice; readonly eui: Eui64 } | undefined => {
    const stored = kept?.stored(eui);
    return stored && { stored, eui };
  };
  const wanted = meterChoice(args.profile, type);
  const eui = args.eui ?? USUAL_EUIS[wanted.type];
  const found = named(eui);
  const choice = found && kept ? kept.choiceOf(found.stored, { profile: args.profile }) : wanted;
  return { eui, choice, stored: found?.stored };
}

function meterLoad({ type, profile }: MeterChoice, text: string, context: OperationContext): Promise<KeptLoad> {
  const elements = elementsOf(profile);
  const inputs = { text, seed: context.seed, readStdin: context.readStdin, elements };
  return type === 'ESME' ? electricityLoad(inputs) : gasLoad(inputs);
}

async function prepare(args: SimulateArguments, context: OperationContext, kept: KeptMeter | undefined): Promise<Prepared> {
  if (args.to <= args.from) throw new UsageError('bad-period', '--to is not later than --from');
  if (args.csv !== undefined && args.plot !== undefined && resolve(args.csv) === resolve(args.plot))
    throw new UsageError('same-file', '--csv and --plot name one file: give each its own');
  const { eui, choice, stored } = choose(args, kept);
  const suite = createNodeSuite({ entropy: seededEntropy(context.seed, `simulate ${kept?.generation ?? 0}`) });
  const keystore = args.keystore === undefined ? undefined : loadKeystore(args.keystore, suite);
  const madeAt = stored?.madeAt ?? args.from;
  const parameters = lifeParameters(args.parameter);
  const meter = makeMeter({
    ...choice,
    suite,
    eui,
    keystore,
    seed: context.seed,
    madeAt,
    state: stored?.state,
    loads: stored?.loads ?? [],
    parameters,
  });
  const loadText = args.load ?? USUAL_LOADS[choice.type];
  const load = await meterLoad(choice, loadText, context);
  connect(meter, load, args.from);
  startLife(meter, args.from);
  const orders = await ordersOf(args, context, choice, new OrderWorld(meter, load));
  return { choice, meter, madeAt, loadText, orders };
}

async function ordersOf(
  args: SimulateArguments,
  context: OperationContext,
  choice: MeterChoice,
  world: OrderWorld,
): Promise<readonly Order[]> {
  const { commands: file, from, to } = args;
  if (file === undefined) return [];
  const readFile = (path: string): Promise<Bytes> => readOctets(path, context.readStdin);
  const readLoad = (text: string): Promise<KeptLoad> => meterLoad(choice, text, context);
  const text = textOf(file, await readFile(file));
  const orders = (await readOrders(text, { file, readFile, readLoad, meter: world.meter })).map((order) => order(world));
  const outside = orders.find(({ at }) => at < from || at >= to);
  if (outside)
    throw new UsageError('bad-command-file', `${toIso(outside.at)} is not between --from and --to`, { file, line: outside.line });
  return orders;
}

/** Work between two looks at output and Ctrl-C, and time until progress is worth a line. */
const BREATH_MS = 50;
const PROGRESS_MS = 2_000;

/** Tells on standard error how far a long simulation is. */
function progressOf({ from, to }: SimulateArguments, context: OperationContext): (day: Millis) => Promise<void> {
  let [breathed, told] = [Date.now(), Date.now()];
  return async (day) => {
    const now = Date.now();
    if (now - breathed < BREATH_MS) return;
    breathed = now;
    if (now - told >= PROGRESS_MS) {
      told = now;
      context.note(`${toIso(day).slice(0, 10)}: ${Math.floor((100 * (day - from)) / (to - from))} %`);
    }
    await context.breathe();
  };
}

async function live(
  args: SimulateArguments,
  context: OperationContext,
  prepared: Prepared,
  plot: PlotRecord | undefined,
): Promise<Totals> {
  const { meter } = prepared;
  const readings = readingsOf(meter.type);
  const start = readValues(meter.device);
  const [table, csv] = [new DayTable(readings, start), new DayCsv(readings.map(({ name }) => name))];
  const totals = new TotalsRecord(args.from, start);
  const progress = progressOf(args, context);
  // A path that cannot be written is found out now, not after a year.
  for (const [file, content] of [
    [args.csv, csv.text],
    [args.plot, ''],
  ] as const) {
    if (file !== undefined) writeText(file, content);
  }
  if (!context.json) for (const line of table.head()) context.out(line);
  const observer = plot && { sample: { everyMs: plot.everyMs, take: plot.take.bind(plot) }, effects: plot.effects.bind(plot) };
  for (const day of new Simulation(meter, prepared.orders, observer).days(args.from, args.to)) {
    totals.add(day);
    plot?.commands(day.commands);
    csv.add(day);
    if (context.json) context.result(dayJson(day));
    else for (const line of table.rows(day)) context.out(line);
    await progress(day.to);
  }
  if (args.csv !== undefined) writeText(args.csv, csv.text);
  return totals.finish(supplyOf(meter.device));
}

/** What draws is loaded for those who want to look. */
async function plotOf({ plot, from, to }: SimulateArguments, meter: SimulatedMeter) {
  if (plot === undefined) return undefined;
  const { PlotRecord } = await import('../simulate/plot/plot-record.ts');
  const { plotPage } = await import('../simulate/plot/page.ts');
  const record = new PlotRecord(meter, from, to);
  return { record, page: (facts: PlotFacts): string => plotPage(meter.type, record, facts) };
}

/** `hanbench simulate` */
export const run: Handler<typeof simulateParameters> = async (args, context) => {
  const kept = await openKept(args.state);
  try {
    const prepared = await prepare(args, context, kept);
    const { choice, meter, loadText, madeAt } = prepared;
    const plot = await plotOf(args, meter);
    const totals = await live(args, context, prepared, plot?.record);
    kept?.keep(meter, choice, madeAt);
    const what = {
      device: meter.device.eui,
      type: choice.type,
      profile: choice.profile.name,
      load: loadText,
      seed: context.seed,
    };
    if (args.plot !== undefined && plot) writeText(args.plot, plot.page(what));
    if (context.json) context.result(totalsJson(what, totals));
    else for (const line of ['', ...totalsLines(readingsOf(choice.type), totals)]) context.out(line);
  } finally {
    kept?.close();
  }
  return EXIT.pass;
};
