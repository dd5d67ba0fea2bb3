import { ALERT } from '../../firmware-sim/device/alerts.ts';
import { type Bytes, toHex } from '../../firmware-sim/kernel/bytes.ts';
import type { Millis } from '../../firmware-sim/kernel/time.ts';
import { CODE } from '../parties/message-facts.ts';
import { versionText } from '../parties/received-text.ts';
import type { Received } from '../parties/remote-party.ts';
import { activateFirmware, readGasVersion, readVersion, readVersionPayload } from './commands.ts';
import { DEFAULT_START, type OutagePhase, type PlannedOutage, type UpdateConfig } from './config.ts';
import { createWorld, type UpdateWorld } from './world.ts';

/** What the scenario learned, step by step. A field stays undefined when the step did not come to an end. */
export interface UpdateFindings {
  readonly world: UpdateWorld;
  readonly startedAt: Millis;
  endedAt: Millis;
  versionBefore?: Received | undefined;
  gasVersionBefore?: Received | undefined;
  hubVersion?: Received | undefined;
  receipt?: Received | undefined;
  /** The CS06 as it was on the air. */
  activationCommand?: Bytes;
  /** When it was sent. */
  activationSentAt?: Millis;
  activationResponse?: Received | undefined;
  activationAlert?: Received | undefined;
  versionAfter?: Received | undefined;
  gasVersionAfter?: Received | undefined;
  /** How the meter took the replay of its CS06. */
  replay?: {
    readonly rejectedAs: readonly string[];
    /** Entries it made in the security log. */
    readonly logged: number;
    readonly answered: boolean;
    readonly activatedAgain: boolean;
  };
  readonly outagesBegun: PlannedOutage[];
  /** When the last outage that was begun ends. */
  outagesEndAt: Millis;
}

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
/** Longest wait for an answer when nothing is off; the gas meter wakes every half hour. */
const ANSWER_LIMIT_MS = 2 * HOUR;
/** Time a block may take on average, retries included, before the transfer counts as failed. */
const OCTET_LIMIT_MS = 10;
/** Quiet after the last event before the run is judged. */
const SETTLE_MS = 120 * SECOND;
/** How often a driver gets a turn, in scheduler steps. */
const STEPS_PER_TURN = 2_000;

/** A piece of the scenario; it pauses now and then so that a driver can let input and output through. */
export type Step<T> = Generator<undefined, T, undefined>;

/** Runs virtual time until something holds, at most for `limitMs`. Returns whether it came to hold. */
function* until(world: UpdateWorld, holds: () => boolean, limitMs: Millis): Step<boolean> {
  const end = world.scheduler.now + limitMs;
  for (let steps = 1; !holds(); steps++) {
    const next = world.scheduler.next;
    if (next === undefined || next > end) {
      world.scheduler.runUntil(end);
      return holds();
    }
    world.scheduler.step();
    if (steps % STEPS_PER_TURN === 0) yield undefined;
  }
  return true;
}

/** When a run starts: at a fixed moment, or early enough before a future-dated activation for everything that comes first. */
export function startOf(config: UpdateConfig): Millis {
  if (config.activateAt === undefined) return DEFAULT_START;
  const octets = config.image.kind === 'generated' ? config.image.octets : config.image.bytes.length;
  const outagesMs = config.outages.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const leadMs = 2 * ANSWER_LIMIT_MS + octets * OCTET_LIMIT_MS + outagesMs + startsMs(config);
  return config.activateAt - Math.ceil(leadMs / HOUR) * HOUR;
}

/** The whole update, from the first version read to the judged replay. */
export function* updateSteps(config: UpdateConfig, begun?: (findings: UpdateFindings) => void): Step<UpdateFindings> {
  const startedAt = startOf(config);
  const world = createWorld(config, startedAt);
  const findings: UpdateFindings = { world, startedAt, endedAt: startedAt, outagesBegun: [], outagesEndAt: startedAt };
  say(world, 'harness', 'start', `the run begins: seed ${config.seed}, signatures ${config.signatureProfile}`);
  begun?.(findings);
  yield* readVersionsBefore(findings);
  yield* outagesBefore(findings);
  for (const phase of ['distribution', 'activation', 'after'] as const) planOutages(findings, phase);
  yield* distribute(findings);
  yield* activate(findings);
  yield* settle(findings);
  yield* readVersionsAfter(findings);
  yield* replay(findings);
  findings.endedAt = world.scheduler.now;
  say(world, 'harness', 'end', 'the run ends');
  return findings;
}

function say(world: UpdateWorld, actor: string, kind: string, text: string, detail?: Record<string, string | number>): void {
  world.events.push({ at: world.scheduler.now, actor, kind, text, ...(detail && { detail }) });
}

function sendFrom(world: UpdateWorld, plan: Parameters<typeof world.supplier.compose>[0]) {
  const { message, header, useCase } = world.supplier.compose(plan);
  world.archive.add(message, 'supplier', plan.critical ? 'signed-pre-command' : 'pre-command');
  say(
    world,
    'supplier',
    'request',
    `${useCase} for ${world.names.get(header.recipient) ?? header.recipient}${plan.critical ? ', signed' : ''}`,
    { useCase },
  );
  const command = world.dcc.submit(message);
  return { header, command };
}

function* ask(world: UpdateWorld, plan: Parameters<typeof world.supplier.compose>[0]): Step<Received | undefined> {
  const { header } = sendFrom(world, plan);
  yield* until(world, () => world.supplier.responseTo(header) !== undefined, answerLimit(world.config));
  return world.supplier.responseTo(header);
}

function* readVersionsBefore(findings: UpdateFindings): Step<void> {
  const { world } = findings;
  const { euis } = world;
  findings.versionBefore = yield* ask(world, readVersion(euis.esme));
  findings.gasVersionBefore = yield* ask(world, readGasVersion(euis.gsme));
  // A hub knows no supplier: the broker asks on the supplier's behalf.
  const command = world.broker.relay({
    recipient: euis.hub,
    messageCode: CODE.readFirmwareDlms,
    remoteParty: world.supplier.eui,
    remoteCounter: BigInt(world.scheduler.now),
    payload: readVersionPayload,
  });
  const seen = world.broker.party.received.length;
  world.dcc.send(command);
  yield* until(world, () => world.broker.party.received.length > seen, answerLimit(world.config));
  findings.hubVersion = world.broker.party.received[seen];
}

function beginOutage(findings: UpdateFindings, outage: PlannedOutage, at: Millis): void {
  const { scheduler, premises } = findings.world;
  findings.outagesBegun.push(outage);
  findings.outagesEndAt = Math.max(findings.outagesEndAt, at + outage.offsetMs + outage.durationMs);
  scheduler.at(at + outage.offsetMs, () => premises.mainsLost());
  scheduler.at(at + outage.offsetMs + outage.durationMs, () => premises.mainsRestored());
}

function* outagesBefore(findings: UpdateFindings): Step<void> {
  const { world } = findings;
  const planned = world.config.outages.filter(({ phase }) => phase === 'before');
  for (const outage of planned) {
    beginOutage(findings, outage, world.scheduler.now);
    yield* until(world, () => false, outage.offsetMs + outage.durationMs);
    yield* settle(findings);
  }
}

/** Begins the outages of a phase when the harness sees the phase come. */
function planOutages(findings: UpdateFindings, phase: Exclude<OutagePhase, 'before'>): void {
  const { world } = findings;
  const planned = world.config.outages.filter((outage) => outage.phase === phase);
  world.inside.moments[phase] = () => {
    for (const outage of planned) beginOutage(findings, outage, world.scheduler.now);
  };
}

/** Service request 11.1 up to the meter's receipt. */
function* distribute(findings: UpdateFindings): Step<void> {
  const { world } = findings;
  const { image, supplier, euis } = world;
  say(
    world,
    'supplier',
    'image',
    `${image.name}: ${image.file.length} octets, version ${versionText(image.header.fileVersion)}, SHA-256 ${toHex(image.hash)}`,
    {
      octets: image.file.length,
      hash: toHex(image.hash),
    },
  );
  const transfer = world.dcc.distribute(euis.esme, image.file);
  const receipts = (): Received[] => [
    ...supplier.alerts(ALERT.firmwareVerified, euis.esme),
    ...supplier.alerts(ALERT.firmwareVerificationFailed, euis.esme),
  ];
  const limit = answerLimit(world.config) + image.file.length * OCTET_LIMIT_MS;
  yield* until(world, () => receipts().length > 0 || transfer.result?.stored === false, limit);
  findings.receipt = receipts()[0];
}

/** CS06, and whatever answers it: a response with the outcome, or an alert when its time comes. */
function* activate(findings: UpdateFindings): Step<void> {
  const { world } = findings;
  const { config, supplier, euis, image, scheduler } = world;
  const { header, command } = sendFrom(world, activateFirmware(euis.esme, image.hash, config.activateAt));
  findings.activationCommand = command;
  findings.activationSentAt = scheduler.now;
  yield* until(world, () => supplier.responseTo(header) !== undefined, answerLimit(config));
  findings.activationResponse = supplier.responseTo(header);
  if (config.activateAt !== undefined) {
    const outcome = (): Received | undefined =>
      supplier.alerts(ALERT.futureDatedDone, euis.esme)[0] ?? supplier.alerts(ALERT.futureDatedFailed, euis.esme)[0];
    const limit = Math.max(config.activateAt - scheduler.now, 0) + answerLimit(config);
    yield* until(world, () => outcome() !== undefined, limit);
    findings.activationAlert = outcome();
  }
}

/** What all starts of meter and hub take together. */
function startsMs({ outages, esme, hubPower }: UpdateConfig): Millis {
  return (outages.length + 1) * (esme.esmeRebootMs + esme.restoreAlertDelayMs + hubPower.chBootMs);
}

/** Longest wait for an answer: time for a sleepy gas meter, and for everything that may be off or starting meanwhile. */
function answerLimit(config: UpdateConfig): Millis {
  const { outages, esme } = config;
  const outagesMs = outages.reduce((sum, { durationMs, offsetMs }) => sum + durationMs + offsetMs, 0);
  return ANSWER_LIMIT_MS + outagesMs + startsMs(config) + esme.feedCutDuringActivationMs;
}

/** Lets planned outages end, everything come back, and every power outage alert reach its end. */
function* settle(findings: UpdateFindings): Step<void> {
  const { world } = findings;
  const { premises, dcc, config } = world;
  const limit = answerLimit(config) + config.policy.holdMs;
  const quiet = (): boolean =>
    world.scheduler.now >= findings.outagesEndAt &&
    premises.mainsLosses.every(({ to }) => to !== undefined) &&
    premises.feedLosses.every(({ to }) => to !== undefined) &&
    premises.esme.listening &&
    premises.hub.powered &&
    dcc.outageAlerts.every(({ fate }) => fate !== 'held' && fate !== 'on-its-way');
  yield* until(world, () => false, SETTLE_MS);
  yield* until(world, quiet, limit);
  yield* until(world, () => false, SETTLE_MS + config.esme.restoreAlertDelayMs);
}

function* readVersionsAfter(findings: UpdateFindings): Step<void> {
  const { world } = findings;
  findings.versionAfter = yield* ask(world, readVersion(world.euis.esme));
  findings.gasVersionAfter = yield* ask(world, readGasVersion(world.euis.gsme));
}

/** An attacker sends the CS06 that was on the air once more. */
function* replay(findings: UpdateFindings): Step<void> {
  const { world } = findings;
  const command = findings.activationCommand;
  if (!command) return;
  const { inside, supplier, dcc, premises, scheduler } = world;
  const sentAt = scheduler.now;
  const responses = supplier.received.filter(({ header }) => header.cra === 'response').length;
  const rejections = inside.rejections.length;
  const activations = inside.activationsStarted.length;
  say(world, 'attacker', 'replay', 'sends the captured CS06 again');
  dcc.send(command);
  yield* until(world, () => false, SETTLE_MS);
  findings.replay = {
    rejectedAs: inside.rejections.slice(rejections),
    logged: premises.esme.device.logs.security.entries.filter(
      ({ at, code }) => at >= sentAt && code === ALERT.otherAuthenticationFailure,
    ).length,
    answered: supplier.received.filter(({ header }) => header.cra === 'response').length > responses,
    activatedAgain: inside.activationsStarted.length > activations,
  };
}
