import { generalizedTime } from '../../firmware-sim/device/clock.ts';
import { CANCEL_TIME } from '../../firmware-sim/device/future-dated.ts';
import { isOtaFile } from '../../firmware-sim/dictionary/ota-image.ts';
import { toHex } from '../../firmware-sim/kernel/bytes.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import { toIso } from '../../firmware-sim/kernel/time.ts';
import { readOctets } from '../ota/image-input.ts';
import { ad1Json, TimelineText } from '../reports/timeline.ts';
import { verdictTable } from '../reports/verdict-table.ts';
import { DEFAULT_IMAGE_OCTETS, type ImageSource, type UpdateConfig, updateConfig } from '../update/config.ts';
import { prepareEvidence, voidVerdict, writeEvidence } from '../update/evidence.ts';
import { parseMainsLoss } from '../update/mains-loss.ts';
import { type UpdateResult, updateRun } from '../update/run.ts';
import { startOf } from '../update/scenario.ts';
import type { UpdateWorld } from '../update/world.ts';
import { type Arguments, EXIT, type Handler, type Json, type OperationContext } from './operation.ts';
import type { updateParameters } from './update.ts';

type UpdateArguments = Arguments<typeof updateParameters>;

async function imageSource({ image, ota }: UpdateArguments, context: OperationContext): Promise<ImageSource> {
  if (image !== undefined && ota !== undefined) throw new UsageError('bad-usage', '--image and --ota exclude each other');
  const name = image ?? ota;
  if (name === undefined) return { kind: 'generated', octets: DEFAULT_IMAGE_OCTETS };
  const bytes = await readOctets(name, context.readStdin);
  if (ota !== undefined) return { kind: 'ota-file', name, bytes };
  if (isOtaFile(bytes))
    throw new UsageError('bad-image', 'octet 0: this is a finished OTA file; give it with --ota', { file: name }, 1);
  return { kind: 'manufacturer-image', name, bytes };
}

const ms = (seconds: number): number => Math.round(seconds * 1000);

async function configOf(args: UpdateArguments, context: OperationContext): Promise<UpdateConfig> {
  if (args.at !== undefined && generalizedTime(args.at) === CANCEL_TIME) {
    throw new UsageError('bad-value', '--at: 9999-12-31T23:59:59Z is how CS06 cancels an activation; name a time before it');
  }
  const config = updateConfig({
    seed: context.seed,
    image: await imageSource(args, context),
    activateAt: args.at,
    outages: args.mainsLoss.map(parseMainsLoss),
    signatureProfile: args.profile,
    newBuild: args.newBuild,
    wanProfile: args.wan,
    link: args.link,
    esme: {
      feedCutDuringActivationMs: ms(args.feedCut),
      esmeRebootMs: ms(args.esmeReboot),
      restoreAlertDelayMs: ms(args.restoreAlertDelay),
    },
    hubPower: {
      poaComparator: args.poaComparator,
      poaThresholdMs: ms(args.poaThreshold),
      holdupMs: ms(args.hubHoldup),
      chBootMs: ms(args.hubBoot),
    },
    policy: { policy: args.ad1Policy, holdMs: ms(args.ad1Hold) },
  });
  refuseTooEarly(config);
  return config;
}

/** Counters of parties are times since 1970, and the run begins some hours before its activation. */
function refuseTooEarly(config: UpdateConfig): void {
  const { activateAt } = config;
  const startedAt = startOf(config);
  if (activateAt === undefined || startedAt >= 0) return;
  const earliest = toIso(activateAt - startedAt);
  throw new UsageError('bad-value', `--at: ${toIso(activateAt)} is too early; with these options ${earliest} is the earliest`);
}

const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`;

function imageJson({ image }: UpdateWorld) {
  const { header, file, hash, name } = image;
  return {
    name,
    octets: file.length,
    manufacturerCode: hex(header.manufacturerCode, 4),
    imageType: hex(header.imageType, 4),
    fileVersion: hex(header.fileVersion, 8),
    sha256: toHex(hash),
  };
}

function imageLines(world: UpdateWorld): string[] {
  const { name, octets, manufacturerCode, imageType, fileVersion, sha256 } = imageJson(world);
  const { headerString, hardwareVersions: range } = world.image.header;
  const hardware = range ? `${hex(range.minimum, 4)} to ${hex(range.maximum, 4)}` : 'any';
  return [
    `image      ${name}, ${octets} octets`,
    `  header   manufacturer ${manufacturerCode}, type ${imageType}, version ${fileVersion}, hardware ${hardware}, "${headerString}"`,
    `  SHA-256  ${sha256}`,
    '',
  ];
}

function resultJson({ findings, assertions, passed }: UpdateResult): Json {
  const { world, startedAt, endedAt } = findings;
  return {
    verdict: passed ? 'pass' : 'fail',
    seed: world.config.seed,
    startedAt: toIso(startedAt),
    endedAt: toIso(endedAt),
    image: imageJson(world),
    ad1: world.dcc.outageAlerts.map(ad1Json),
    assertions: assertions.map(({ id, title, source, verdict, detail }) => ({ id, title, source, verdict, detail })),
  };
}

/** Prints what has happened since it was last called. */
function follower(context: OperationContext): { readonly begun: (world: UpdateWorld) => void; readonly print: () => void } {
  const text = new TimelineText();
  let world: UpdateWorld | undefined;
  let printed = 0;
  return {
    begun: (started) => {
      world = started;
      if (!context.json && !context.quiet) for (const line of imageLines(started)) context.out(line);
    },
    print: () => {
      if (!world || context.json || context.quiet) return;
      for (const event of world.events.slice(printed)) for (const line of text.lines(event)) context.out(line);
      printed = world.events.length;
    },
  };
}

async function drive(config: UpdateConfig, context: OperationContext): Promise<UpdateResult> {
  const follow = follower(context);
  const run = updateRun(config, ({ world }) => follow.begun(world));
  for (;;) {
    const step = run.next();
    follow.print();
    if (step.done) return step.value;
    await context.breathe();
  }
}

/** Drives a run, and writes what crosses the air, and its keys, where that is wanted. */
async function captured(args: UpdateArguments, config: UpdateConfig, context: OperationContext): Promise<UpdateResult> {
  const { capture, captureKeys, captureTap } = args;
  if (config.link === 'direct' && (capture !== undefined || captureKeys !== undefined)) {
    throw new UsageError('bad-usage', '--link direct has no air to capture; leave it out');
  }
  if (captureTap && capture === undefined) throw new UsageError('bad-usage', '--capture-tap goes with --capture');
  const { CaptureFile, writeCaptureKeys } = await import('../captures/capture-file.ts');
  const file = capture === undefined ? undefined : new CaptureFile(capture, captureTap);
  try {
    const result = await drive(file ? { ...config, tap: file.add } : config, context);
    const { han } = result.findings.world;
    if (captureKeys !== undefined && 'keys' in han) writeCaptureKeys(captureKeys, han.keys);
    return result;
  } finally {
    file?.close();
  }
}

function summary({ assertions, passed }: UpdateResult): string {
  const count = (verdict: string): number => assertions.filter((one) => one.verdict === verdict).length;
  return `${passed ? 'PASS' : 'FAIL'}: ${count('pass')} passed, ${count('fail')} failed, ${count('note')} noted`;
}

/** `hanbench update` */
export const run: Handler<typeof updateParameters> = async (args, context) => {
  const { out } = args;
  const config = await configOf(args, context).catch((error: unknown) => {
    if (out !== undefined) voidVerdict(out);
    throw error;
  });
  if (out !== undefined) prepareEvidence(out, args.ota ?? args.image);
  const result = await captured(args, config, context);
  if (out !== undefined) writeEvidence(out, result);
  if (context.json) context.result(resultJson(result));
  else {
    if (!context.quiet) context.out('');
    for (const line of verdictTable(result.assertions, context.width, context.colour)) context.out(line);
    context.out(`\n${summary(result)}`);
    if (out !== undefined) context.note(`evidence in ${out}`);
  }
  return result.passed ? EXIT.pass : EXIT.failed;
};
