import type { AccessRow, UseCaseRow } from '../../firmware-sim/dictionary/use-case.ts';
import type { UseCaseJson } from './source.ts';

const OPERATIONS: Readonly<Record<string, AccessRow[0]>> = {
  get: 'get',
  set: 'set',
  action: 'action',
  'get-sel': 'get-with-selection',
  'set-sel': 'set-with-selection',
};

function numbers(codes: string | readonly string[] | null): number[] {
  return (codes === null ? [] : typeof codes === 'string' ? [codes] : codes).map(Number);
}

/** Access list of an RTDS example: what is on the wire, and what hides inside class 30 methods. */
function wireList(useCase: UseCaseJson, hidden: boolean): AccessRow[] {
  return (useCase.wire?.dlms ?? [])
    .filter((entry) => (entry.viaProtectedMethod === true) === hidden)
    .map((entry) => [OPERATIONS[entry.op] ?? 'get', entry.class, entry.obis, entry.n]);
}

/** Access list of the mapping-table rows: consecutive rows of one member are fields of one value. */
function rowList(useCase: UseCaseJson): AccessRow[] {
  const list: AccessRow[] = [];
  for (const row of useCase.rows) {
    if (row.dlmsClass === undefined || row.obis === undefined || row.number === undefined || row.encrypted) continue;
    const next: AccessRow = [
      OPERATIONS[row.op ?? ''] ?? (row.attributeOrMethod === 'method' ? 'action' : 'get'),
      row.dlmsClass,
      row.obis,
      row.number,
    ];
    const last = list.at(-1);
    if (last && last[1] === next[1] && last[2] === next[2] && last[3] === next[3]) continue;
    list.push(next);
  }
  return list;
}

/** The catalogue: one row per use case. */
export function useCaseRows(useCases: readonly UseCaseJson[]): UseCaseRow[] {
  return useCases.map((useCase) => {
    const lists = [wireList(useCase, false), rowList(useCase)].filter((list) => list.length > 0);
    const distinct = lists.filter((list, i) => lists.findIndex((other) => JSON.stringify(other) === JSON.stringify(list)) === i);
    const hidden = wireList(useCase, true);
    return {
      code: useCase.code,
      ...(useCase.baseCode && { baseCode: useCase.baseCode }),
      title: useCase.title,
      payload: useCase.payloadKind as UseCaseRow['payload'],
      command: numbers(useCase.messageCodes.command),
      response: numbers(useCase.messageCodes.response),
      alert: numbers(useCase.messageCodes.alert),
      devices: [...useCase.targetDevices],
      ...(useCase.messageCategory && { category: useCase.messageCategory }),
      roles: useCase.remotePartyRoles.flatMap((role) => (role.number === null ? [] : [role.number])),
      futureDatable: useCase.futureDatable,
      protectionAgainstReplay: useCase.protectionAgainstReplay,
      serviceReferences: [...useCase.serviceReferenceVariants],
      ...(distinct.length > 0 && { access: distinct }),
      ...(hidden.length > 0 && { protectedAccess: hidden }),
    };
  });
}
