import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Layout } from '../../firmware-sim/codec/layout.ts';
import { ALERT_LAYOUTS } from '../../firmware-sim/dictionary/alert-layouts.ts';
import { ALERT_NAMES } from '../../firmware-sim/dictionary/alert-names.ts';
import { cosemClassName, cosemMember } from '../../firmware-sim/dictionary/cosem.ts';
import { obisBytes, obisKey, obisText } from '../../firmware-sim/dictionary/cosem-obis.ts';
import { COSEM_MEMBERS } from '../../firmware-sim/dictionary/data/cosem-members.ts';
import { ZCL_ATTRIBUTES } from '../../firmware-sim/dictionary/data/zcl-attributes.ts';
import { ZCL_COMMANDS } from '../../firmware-sim/dictionary/data/zcl-commands.ts';
import type { ZclField } from '../../firmware-sim/dictionary/zcl.ts';
import { CLUSTER_NAMES, zclAttribute, zclCommand } from '../../firmware-sim/dictionary/zcl-tables.ts';
import { resultCode, resultName } from '../../firmware-sim/gbcs/result-names.ts';
import { toHex } from '../../firmware-sim/kernel/bytes.ts';
import { holds } from '../support/property.ts';
import { octets, ZCL_TYPES } from '../support/wire.ts';

describe('OBIS codes', () => {
  test('text and octets are the same thing, and a key belongs to one code only', () => {
    holds(
      fc.property(octets(6), octets(6), (a, b) => {
        expect(toHex(obisBytes(obisText(a)) ?? new Uint8Array(0))).toBe(toHex(a));
        expect(obisKey(a) === obisKey(b)).toBe(toHex(a) === toHex(b));
      }),
    );
  });

  test.each(['', '1-0:1.8.0', '1-0:1.8.0.256', '1.0.1.8.0.255', '1-0:1.8.0.255 ', 'a-0:1.8.0.255'])('%j is none', (text) => {
    expect(obisBytes(text)).toBeUndefined();
  });
});

describe('COSEM members', () => {
  test('each is found by class, OBIS code, kind and number, and there is no other of that place', () => {
    const places = new Set<string>();
    for (const member of COSEM_MEMBERS) {
      const code = obisBytes(member.obis);
      expect(code, member.obis).toBeDefined();
      expect(cosemMember(member.class, code ?? new Uint8Array(6), member.kind, member.number)).toBe(member);
      expect(cosemClassName(member.class)).toBe(member.className);
      places.add(`${member.class} ${member.obis} ${member.kind} ${member.number}`);
    }
    expect(places.size).toBe(COSEM_MEMBERS.length);
  });

  test('what is not there is not found', () => {
    const code = obisBytes('9-9:9.9.9.9') ?? new Uint8Array(6);
    expect(cosemMember(1, code, 'attribute', 2)).toBeUndefined();
    expect(cosemClassName(0xffff)).toBeUndefined();
  });

  /** A layout says one thing about a value: fields, items or packed fields, and every part has a name. */
  function sound(layout: Layout): boolean {
    const says = [layout.fields, layout.of, layout.packed].filter((part) => part !== undefined);
    const inner = [...(layout.fields ?? []), ...(layout.of ? [layout.of] : [])];
    return (
      layout.name !== '' && says.length <= 1 && inner.every(sound) && (layout.packed ?? []).every((field) => field.name !== '')
    );
  }

  /** The declared type is the one that its parts need. */
  function typed(layout: Layout): boolean {
    const needed = layout.fields ? 'structure' : layout.of ? 'array' : layout.packed ? 'octet-string' : layout.type;
    const inner = [...(layout.fields ?? []), ...(layout.of ? [layout.of] : [])];
    return (layout.type === undefined || layout.type === needed) && inner.every(typed);
  }

  test('declared types are those of the parts', () => {
    const layouts = COSEM_MEMBERS.flatMap((member) => [member.layout, member.response, member.selection]);
    expect(layouts.filter((layout) => layout !== undefined && !typed(layout))).toEqual([]);
    expect([...ALERT_LAYOUTS].filter(([, layout]) => !typed(layout))).toEqual([]);
  });

  test('layouts are sound', () => {
    const layouts = COSEM_MEMBERS.flatMap((member) => [member.layout, member.response, member.selection]);
    expect(layouts.filter((layout) => layout !== undefined && !sound(layout))).toEqual([]);
    expect([...ALERT_LAYOUTS].filter(([, layout]) => !sound(layout))).toEqual([]);
  });
});

describe('alerts', () => {
  test('bodies start with alert code and time', () => {
    for (const [code, layout] of ALERT_LAYOUTS) {
      const names = (layout.fields ?? []).slice(0, 2).map((field) => field.name);
      expect([code, ...names]).toEqual([code, 'alertCode', 'timestamp']);
    }
  });

  test('codes of the update have their titles', () => {
    for (const code of [0x8f66, 0x8f67, 0x8f72, 0x8f1c, 0x8f35, 0x8f36])
      expect(ALERT_NAMES.get(code)).toEqual(expect.any(String));
  });
});

describe('ZCL tables', () => {
  test('each command is found by cluster, command and direction, and its cluster has a name', () => {
    const places = new Set<string>();
    for (const row of ZCL_COMMANDS) {
      expect(zclCommand(row.cluster, row.command, row.toClient)).toBe(row);
      expect(CLUSTER_NAMES[row.cluster]).toEqual(expect.any(String));
      places.add(`${row.cluster} ${row.command} ${row.toClient}`);
    }
    expect(places.size).toBe(ZCL_COMMANDS.length);
  });

  test('fields have types that exist, and lists have entries that take octets', () => {
    const sound = (field: ZclField): boolean =>
      field.type === 'list'
        ? (field.fields ?? []).length > 0 && (field.fields ?? []).every(sound)
        : ZCL_TYPES.includes(field.type);
    expect(
      ZCL_COMMANDS.flatMap((row) => row.fields.filter((field) => !sound(field)).map((field) => `${row.name}: ${field.name}`)),
    ).toEqual([]);
  });

  test('what takes all that is left stands last', () => {
    const endless = (field: ZclField): boolean => field.type === 'octets' || (field.type === 'list' && field.count === undefined);
    const early = ZCL_COMMANDS.filter((row) => row.fields.slice(0, -1).some(endless)).map((row) => row.name);
    expect(early).toEqual([]);
  });

  test('each attribute is found by cluster and identifier', () => {
    for (const row of ZCL_ATTRIBUTES) expect(zclAttribute(row.cluster, row.attribute)).toBe(row);
    expect(zclAttribute(0x0702, 0xfffe)).toBeUndefined();
  });
});

test('every access result is read back from its name or number', () => {
  for (let code = 0; code <= 255; code++) expect(resultCode(resultName(code))).toBe(code);
  for (const wrong of ['no such result', 256, -1, 1.5, null]) expect(resultCode(wrong)).toBeUndefined();
});
