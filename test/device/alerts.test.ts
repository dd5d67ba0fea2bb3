import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ALERT_ROWS } from '../../firmware-sim/device/alert-table.ts';
import { ALERT } from '../../firmware-sim/device/alerts.ts';
import type { DeviceEffect } from '../../firmware-sim/device/effects.ts';
import { ALERT_NAMES } from '../../firmware-sim/dictionary/alert-names.ts';
import { needShared } from '../support/shared.ts';
import { BROKER, esmeDevice, logged, NETWORK_OPERATOR, NOW, SUPPLIER, sent } from './bench.ts';
import { managed } from './security/managed.ts';

/** What one meter maker's table has of a code; null where it says nothing. */
interface Published {
  readonly code: string;
  readonly wanAlert?: boolean | null;
  readonly hanAlert?: boolean | null;
  readonly loggedIn?: readonly string[] | null;
  readonly remoteParty?: readonly string[] | null;
  readonly raisedBy?: readonly string[];
}

const LOG_NAMES = { event: 'Event Log', security: 'Security Log', power: 'Power Event Log' } as const;

/** Codes of which two published tables differ, and the newer or device-side one is followed. */
const DISPUTED_LOGS = new Set(['0x8168', '0x81B9', '0x8F3D']);
const DISPUTED_HOME = new Set(['0x8168']);

const homeEvents = (effects: readonly DeviceEffect[]): readonly (readonly [code: number, audible: boolean])[] =>
  effects.flatMap((effect) => (effect.kind === 'home-event' ? [[effect.code, effect.audible] as const] : []));

const recipients = (effects: readonly DeviceEffect[]): readonly string[] => sent(effects).map(({ header }) => header.recipient);

describe('the table of alerts', () => {
  it('has every code that GBCS names and no other but those of its own keys', () => {
    expect([...ALERT_NAMES.keys()].filter((code) => !ALERT_ROWS.has(code))).toEqual([]);
    expect(Object.values(ALERT).filter((code) => !ALERT_ROWS.has(code))).toEqual([]);
  });

  it('agrees with the published table of a meter maker', (context) => {
    const { alertAndEventCodes } = JSON.parse(readFileSync(needShared(context, 'spec/codes.json'), 'utf8')) as {
      alertAndEventCodes: readonly Published[];
    };
    const known = alertAndEventCodes.filter(({ wanAlert }) => typeof wanAlert === 'boolean');
    expect(known.length).toBeGreaterThan(60);
    const told = (published: Published): unknown => ({
      code: published.code,
      wide: published.wanAlert,
      home: DISPUTED_HOME.has(published.code) || published.hanAlert,
      log: DISPUTED_LOGS.has(published.code) || (published.loggedIn ?? []),
    });
    const ours = ({ code }: Published): unknown => {
      const row = ALERT_ROWS.get(Number(code));
      return {
        code,
        wide: row?.messageCode !== undefined,
        home: DISPUTED_HOME.has(code) || row?.home === true,
        log: DISPUTED_LOGS.has(code) || (row?.log ? [LOG_NAMES[row.log]] : []),
      };
    };
    expect(known.map(ours)).toEqual(known.map(told));
  });

  it('tells one recipient of each published role, the hub aside', (context) => {
    const { alertAndEventCodes } = JSON.parse(readFileSync(needShared(context, 'spec/codes.json'), 'utf8')) as {
      alertAndEventCodes: readonly Published[];
    };
    const roles: Readonly<Record<string, string>> = { Supplier: 'supplier', 'Network Operator': 'networkOperator' };
    for (const { code, remoteParty, wanAlert } of alertAndEventCodes) {
      if (!remoteParty || wanAlert !== true) continue;
      const expected = remoteParty.flatMap((name) => roles[name] ?? []).sort();
      const row = ALERT_ROWS.get(Number(code));
      expect([code, [...(row?.recipients ?? [])].sort()]).toEqual([code, expected]);
    }
  });
});

describe('an alert', () => {
  it('about the supply reaches supplier and network operator, each in a signed message of its own, and the home', () => {
    const effects = esmeDevice().alert(0x8f32, NOW);
    expect(recipients(effects)).toEqual([SUPPLIER, NETWORK_OPERATOR]);
    expect(new Set(sent(effects).map(({ header }) => header.originatorCounter)).size).toBe(2);
    expect(sent(effects).every(({ signature, mac }) => (signature?.length ?? 0) > 0 && mac === undefined)).toBe(true);
    expect([homeEvents(effects), logged(effects)]).toEqual([[[0x8f32, false]], []]);
  });

  it('about credit is not logged; about power it is, in the power log, and is the network operator’s', () => {
    const low = esmeDevice().alert(0x810d, NOW);
    expect([recipients(low), homeEvents(low), logged(low)]).toEqual([[SUPPLIER], [[0x810d, true]], []]);
    const volts = esmeDevice().alert(0x8002, NOW);
    expect([recipients(volts), homeEvents(volts)]).toEqual([[NETWORK_OPERATOR], []]);
    expect(volts.flatMap((effect) => (effect.kind === 'log' ? [effect.log] : []))).toEqual(['power']);
  });

  it('of a hub goes to those a hub knows', () => {
    expect(recipients(managed('CHF').alert(0x8f1e, NOW))).toEqual([BROKER]);
    expect(recipients(managed('CHF').alert(0x8f78, NOW))).toHaveLength(2);
    expect(recipients(managed('ESME').alert(0x8f78, NOW))).toEqual([SUPPLIER, NETWORK_OPERATOR]);
  });

  it.each([0x8145, 0x8f43, 0x8f52, 0x8f57])('0x%s is only logged', (code) => {
    const effects = esmeDevice().alert(code, NOW);
    expect([sent(effects), homeEvents(effects), logged(effects)]).toEqual([[], [], [code]]);
  });
});
