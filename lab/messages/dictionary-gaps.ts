import { ALERT_LAYOUTS } from '../../firmware-sim/dictionary/alert-layouts.ts';
import { ASN1_STRUCTURES } from '../../firmware-sim/gbcs/asn1/table.ts';
import { CATALOGUE, type UseCaseRow } from '../../firmware-sim/gbcs/catalogue.ts';
import { memberOf } from '../../firmware-sim/gbcs/dlms-apdu.ts';

/** Something of a use case that the dictionaries do not name. */
export interface Gap {
  readonly useCase: string;
  readonly path: string;
  readonly reason: string;
}

const hex = (code: number): string => `0x${code.toString(16).padStart(4, '0')}`;

function asn1Gaps(row: UseCaseRow): Gap[] {
  return (['command', 'response', 'alert'] as const).flatMap((cra) =>
    row[cra]
      // A command's alert is a future-dated outcome; its structure is that of the alert's own use case.
      .filter((code) => (cra !== 'alert' || row.command.length === 0) && !ASN1_STRUCTURES.get(code)?.[cra])
      .map((code) => ({ useCase: row.code, path: `${cra} ${hex(code)}`, reason: 'no ASN.1 structure is known' })),
  );
}

function dlmsGaps(row: UseCaseRow): Gap[] {
  const rows = [...(row.access ?? []).flat(), ...(row.protectedAccess ?? [])];
  const missing = rows.filter((access) => !memberOf(access)?.layout);
  const gaps = [...new Set(missing.map((access) => `class${access[1]} ${access[2]} ${access[3]}`))].map((path) => ({
    useCase: row.code,
    path,
    reason: 'the COSEM member has no layout',
  }));
  const alerts = row.command.length === 0 ? row.alert.filter((code) => !ALERT_LAYOUTS.has(code)) : [];
  return [
    ...gaps,
    ...alerts.map((code) => ({ useCase: row.code, path: `alert ${hex(code)}`, reason: 'the alert has no layout' })),
  ];
}

/** Every use case structure that the dictionaries do not name. */
export function dictionaryGaps(): Gap[] {
  return CATALOGUE.flatMap((row) => {
    if (row.payload === 'ASN.1') return asn1Gaps(row);
    if (row.payload === 'DLMS') return dlmsGaps(row);
    if (row.payload === 'HAN-only')
      return [{ useCase: row.code, path: 'payload', reason: 'a HAN-only use case: it has no GBCS message of its own' }];
    return [];
  });
}
