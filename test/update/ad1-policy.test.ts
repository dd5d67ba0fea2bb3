import { describe, expect, it } from 'vitest';
import type { Eui64 } from '../../firmware-sim/kernel/eui64.ts';
import { type Ad1Decision, Ad1Policy, type Ad1PolicyOptions, CORRELATED } from '../../lab/parties/ad1-policy.ts';

const hub = '00-DB-12-34-56-78-90-A2' as Eui64;
const other = '00-DB-12-34-56-78-90-B2' as Eui64;
const VERSION = 7;

/** A DCC whose clock is in seconds from the activation. */
class Bench {
  readonly decisions: string[] = [];
  readonly policy: Ad1Policy;

  constructor(options: Partial<Ad1PolicyOptions>) {
    this.policy = new Ad1Policy(options);
    this.policy.observe({ kind: 'activation-known', hub, executesAt: 0, version: VERSION });
  }

  outage(startedAt: number, at = startedAt + 180, from = hub): this {
    return this.take(
      this.policy.observe({ kind: 'power-outage', at: at * 1000, alert: { hub: from, startedAt: startedAt * 1000, mpxn: 'm' } }),
    );
  }

  returned(at: number): this {
    return this.take(this.policy.observe({ kind: 'hub-returned', at: at * 1000, hub }));
  }

  version(at: number, version = VERSION): this {
    return this.take(this.policy.observe({ kind: 'version-reported', at: at * 1000, hub, version }));
  }

  answered(at: number): this {
    return this.take(this.policy.observe({ kind: 'hub-answered', at: at * 1000, hub }));
  }

  reported(at: number, interruptedAt: number): this {
    return this.take(this.policy.observe({ kind: 'outage-reported', at: at * 1000, hub, interruptedAt: interruptedAt * 1000 }));
  }

  until(seconds: number): this {
    for (let at = this.policy.deadline; at !== undefined && at <= seconds * 1000; at = this.policy.deadline)
      this.take(this.policy.poll(at));
    return this;
  }

  private take(decisions: readonly Ad1Decision[]): this {
    for (const decision of decisions) {
      if (decision.kind === 'ask-hub') {
        this.decisions.push(`ask at ${decision.at / 1000}`);
        continue;
      }
      const flags =
        decision.kind === 'deliver'
          ? `${decision.label === CORRELATED ? ' labelled' : ''}${decision.delayed ? ' delayed' : ''}`
          : '';
      this.decisions.push(`${decision.kind}${flags} ${decision.alert.startedAt / 1000} at ${decision.at / 1000}`);
    }
    return this;
  }
}

const suppress = { policy: 'suppress', settleMs: 60_000, holdMs: 600_000 } as const;

describe('what the DCC does with a power outage alert near an activation', () => {
  it('off delivers at once, without a label', () => {
    expect(new Bench({ policy: 'off' }).outage(1).decisions).toEqual(['deliver 1 at 181']);
  });

  it('label delivers at once and says what it is near', () => {
    expect(new Bench({ policy: 'label' }).outage(1).decisions).toEqual(['deliver labelled 1 at 181']);
  });

  it.each([
    ['long before', -11, false],
    ['within clock slack', -10, true],
    ['at the end of the window', 300, true],
    ['after the window', 301, false],
  ])('an outage that starts %s is near: %s s, %s', (_, startedAt, near) => {
    expect(new Bench({ policy: 'label' }).outage(startedAt).decisions[0]?.includes('labelled')).toBe(near);
  });

  it('suppress withholds when hub and new version are back, nothing speaks of an outage, and the hub is still there', () => {
    expect(new Bench(suppress).outage(1).returned(270).version(271).until(600).answered(332).until(2_000).decisions).toEqual([
      'hold 1 at 181',
      'ask at 331',
      'withhold 1 at 332',
    ]);
  });

  it('an answer nobody asked for counts nothing', () => {
    expect(new Bench(suppress).outage(1).returned(270).version(271).answered(300).until(340).decisions).toEqual([
      'hold 1 at 181',
      'ask at 331',
    ]);
  });

  it.each([
    ['the hub does not return', (b: Bench) => b.version(271)],
    ['no version is reported', (b: Bench) => b.returned(270)],
    ['the old version is reported', (b: Bench) => b.returned(270).version(271, 6)],
    ['the hub returned before the outage it reports', (b: Bench) => b.returned(180).version(271)],
    ['the version was sent before the hub was back', (b: Bench) => b.version(181).returned(270)],
  ])('suppress releases when the hold time is up because %s', (_, events) => {
    const bench = new Bench(suppress).outage(1);
    events(bench);
    expect(bench.until(2_000).decisions).toEqual(['hold 1 at 181', 'deliver labelled delayed 1 at 781']);
  });

  it('suppress releases when the hub does not answer', () => {
    expect(new Bench(suppress).outage(1).returned(270).version(271).until(2_000).decisions).toEqual([
      'hold 1 at 181',
      'ask at 331',
      'deliver labelled delayed 1 at 781',
    ]);
  });

  it('suppress releases when the hub was off again, also when the alert comes after that', () => {
    expect(new Bench(suppress).outage(1).returned(270).version(271).returned(320).until(2_000).decisions).toEqual([
      'hold 1 at 181',
      'deliver labelled delayed 1 at 320',
    ]);
    expect(new Bench(suppress).returned(270).version(271).returned(320).outage(1, 330).decisions).toEqual([
      'deliver labelled 1 at 330',
    ]);
  });

  it('a hub that comes back before an outage, and a version sent before it, are older news', () => {
    const dying = new Bench(suppress).returned(105.4).version(105.42).outage(105, 285);
    expect(dying.until(2_000).decisions).toEqual(['deliver 105 at 285']);
    const mute = new Bench(suppress).returned(105.4).outage(105, 285).version(286);
    expect(mute.until(2_000).decisions).toEqual(['hold 105 at 285', 'deliver labelled delayed 105 at 885']);
  });

  it('waits as long as the slowest meter takes to report an outage', () => {
    const slow = { ...suppress, settleMs: 400_000 };
    expect(new Bench(slow).outage(1).returned(270).version(271).until(700).answered(672).decisions).toEqual([
      'hold 1 at 181',
      'ask at 671',
      'withhold 1 at 672',
    ]);
    expect(new Bench({ ...suppress, settleMs: 600_000 }).outage(1).returned(270).version(271).until(2_000).decisions).toEqual([
      'hold 1 at 181',
      'deliver labelled delayed 1 at 781',
    ]);
  });

  it('suppress releases at the first reported outage, short or long', () => {
    expect(new Bench(suppress).outage(1).returned(270).reported(300, 2).until(2_000).decisions).toEqual([
      'hold 1 at 181',
      'deliver labelled delayed 1 at 300',
    ]);
  });

  it('an outage reported after it was withheld releases it after all, a later outage does not', () => {
    const withheld = () => new Bench(suppress).outage(1).returned(270).version(271).until(340).answered(341);
    expect(withheld().decisions.at(-1)).toBe('withhold 1 at 341');
    expect(withheld().reported(500, 2).decisions.at(-1)).toBe('deliver labelled delayed 1 at 500');
    expect(withheld().reported(900, 600).decisions.at(-1)).toBe('withhold 1 at 341');
  });

  it('a second outage while one is held releases both', () => {
    expect(new Bench(suppress).outage(1).returned(230).outage(240).decisions).toEqual([
      'hold 1 at 181',
      'deliver labelled delayed 1 at 420',
      'deliver labelled 240 at 420',
    ]);
  });

  it('an alert that the WAN brings late is judged by what came before it', () => {
    const falseAlarm = new Bench(suppress).returned(270).version(271).outage(1, 300).until(340).answered(341);
    expect(falseAlarm.decisions).toEqual(['hold 1 at 300', 'ask at 331', 'withhold 1 at 341']);
    const real = new Bench(suppress).returned(270).version(271).reported(276, 2).outage(1, 300);
    expect(real.decisions).toEqual(['deliver labelled 1 at 300']);
    const earlier = new Bench(suppress).returned(270).version(271).reported(276, -500).outage(1, 300).until(340).answered(341);
    expect(earlier.decisions).toEqual(['hold 1 at 300', 'ask at 331', 'withhold 1 at 341']);
  });

  it('takes no version for the new one when it does not know which it should be', () => {
    const bench = new Bench(suppress);
    bench.policy.observe({ kind: 'activation-known', hub, executesAt: 0, version: undefined });
    expect(bench.outage(1).returned(270).version(271).until(2_000).decisions.at(-1)).toBe('deliver labelled delayed 1 at 781');
  });

  it('an outage that starts after the new version was reported is none of the activation’s', () => {
    expect(new Bench(suppress).version(50).outage(60).decisions).toEqual(['deliver 60 at 240']);
  });

  it('holds for no longer than it may, and not at all with a hold of zero', () => {
    expect(new Bench({ ...suppress, holdMs: 60_000 }).outage(1).returned(230).version(231).until(2_000).decisions).toEqual([
      'hold 1 at 181',
      'deliver labelled delayed 1 at 241',
    ]);
    expect(new Bench({ ...suppress, holdMs: 0 }).outage(1).decisions).toEqual(['deliver labelled 1 at 181']);
  });

  it('knows activations by hub, and forgets a cancelled one', () => {
    expect(new Bench(suppress).outage(1, 181, other).decisions).toEqual(['deliver 1 at 181']);
    const bench = new Bench(suppress);
    bench.policy.observe({ kind: 'activation-cancelled', hub });
    expect(bench.outage(1).decisions).toEqual(['deliver 1 at 181']);
  });

  it('a meter without supply activates late: the window opens anew when the hub returns', () => {
    const late = (startedAt: number) =>
      new Bench({ policy: 'label' }).outage(-100).returned(930.5).outage(startedAt).decisions.at(-1);
    expect(late(945)).toBe('deliver labelled 945 at 1125');
    expect(late(1_230)).toBe('deliver labelled 1230 at 1410');
    expect(late(1_231)).toBe('deliver 1231 at 1411');
    expect(new Bench({ policy: 'label' }).outage(-100).outage(905).decisions.at(-1)).toBe('deliver labelled 905 at 1085');
    expect(new Bench({ policy: 'label' }).returned(930).outage(945).decisions).toEqual(['deliver 945 at 1125']);
    expect(new Bench({ policy: 'label' }).outage(400).returned(930).outage(945).decisions.at(-1)).toBe('deliver 945 at 1125');
  });

  it('a registration from before an outage does not end it', () => {
    const bench = new Bench({ policy: 'label' }).returned(0.4).outage(0).outage(905);
    expect(bench.decisions.at(-1)).toBe('deliver labelled 905 at 1085');
  });
});
