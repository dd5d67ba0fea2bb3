import type { Esme, EsmeSnapshot } from '../../firmware-sim/esme/esme.ts';
import type { Scheduler } from '../../firmware-sim/kernel/scheduler.ts';
import { type Millis, toIso } from '../../firmware-sim/kernel/time.ts';
import type { Dcc } from '../parties/dcc.ts';
import { versionText } from '../parties/received-text.ts';
import type { Journal } from '../premises/journal.ts';
import type { EffectObserver } from '../premises/premises.ts';

/** What the harness sees inside the premises, which no party does: the meter's state around an activation. */
export interface InsideView {
  readonly before: EsmeSnapshot[];
  readonly after: EsmeSnapshot[];
  readonly activationsStarted: Millis[];
  readonly activationsFinished: Millis[];
  /** Messages the meter dropped, by reason. */
  readonly rejections: string[];
  /** How much of the image the meter has. */
  received: number;
  total: number;
  /** Called once when half of the image is there, an activation begins, or it is done. */
  readonly moments: Partial<Record<'distribution' | 'activation' | 'after', () => void>>;
}

/** A view of a home in which nothing has happened yet. */
export function newInsideView(): InsideView {
  return {
    before: [],
    after: [],
    activationsStarted: [],
    activationsFinished: [],
    rejections: [],
    received: 0,
    total: 0,
    moments: {},
  };
}

interface ObserverParts {
  readonly scheduler: Scheduler;
  readonly inside: InsideView;
  readonly esme: Esme;
  readonly dcc: Dcc;
  readonly journal: Journal;
}

/** Transfer progress goes into the timeline in steps of a tenth. */
const PROGRESS_STEPS = 10;

/** Watches the devices' effects for the timeline and the verdicts. */
export function insideObserver({ scheduler, inside, esme, dcc, journal }: ObserverParts): EffectObserver {
  let lastStep = 0;
  const moment = (name: 'distribution' | 'activation' | 'after'): void => {
    const run = inside.moments[name];
    delete inside.moments[name];
    run?.();
  };
  return (actor, effect) => {
    const at = scheduler.now;
    switch (effect.kind) {
      case 'activation-started': {
        inside.before.push(esme.snapshot(at));
        inside.activationsStarted.push(at);
        const text = `activation begins: ${versionText(effect.fromVersion)} to ${versionText(effect.toVersion)}`;
        journal({
          at,
          actor,
          kind: 'activation-started',
          text,
          detail: { from: versionText(effect.fromVersion), to: versionText(effect.toVersion) },
        });
        moment('activation');
        break;
      }
      case 'activation-finished':
        inside.after.push(esme.snapshot(at));
        inside.activationsFinished.push(at);
        journal({
          at,
          actor,
          kind: 'activation-finished',
          text: `runs version ${versionText(effect.version)}`,
          detail: { version: versionText(effect.version), succeeded: effect.succeeded },
        });
        moment('after');
        break;
      case 'rejected':
        if (actor === 'esme') inside.rejections.push(effect.reason);
        break;
      case 'ota-progress': {
        inside.received = effect.received;
        inside.total = effect.total;
        if (effect.received * 2 >= effect.total) moment('distribution');
        const step = Math.floor((effect.received / effect.total) * PROGRESS_STEPS);
        if (step === lastStep) break;
        lastStep = step;
        const percent = (step * 100) / PROGRESS_STEPS;
        journal({
          at,
          actor,
          kind: 'ota-progress',
          text: `has ${percent} % of the image (${effect.received} octets)`,
          detail: { received: effect.received, total: effect.total },
        });
        break;
      }
      case 'wan':
        if (effect.frame.kind === 'power-outage') {
          const ad1 = dcc.outageAlertRaised(effect.frame.startedAt);
          journal({ at, actor, kind: 'AD1', text: `AD1: no supply since ${toIso(ad1.startedAt)}`, ad1 });
        }
        break;
      default:
        break;
    }
  };
}
