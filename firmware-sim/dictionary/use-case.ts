/** An access: operation, COSEM class, OBIS code, attribute or method number. */
export type AccessRow = readonly [
  operation: 'get' | 'set' | 'action' | 'get-with-selection' | 'set-with-selection',
  classId: number,
  obis: string,
  member: number,
];

/** One use case of the catalogue. Null flags are not known from public material. */
export interface UseCaseRow {
  readonly code: string;
  /** The GBCS use case this is a variant of. */
  readonly baseCode?: string;
  readonly title: string;
  readonly payload: 'DLMS' | 'GBZ' | 'ASN.1' | 'HAN-only';
  readonly command: readonly number[];
  readonly response: readonly number[];
  readonly alert: readonly number[];
  readonly devices: readonly string[];
  /** GBCS message category, e.g. `SME.C.C`. */
  readonly category?: string;
  /** Numbers of the remote party roles that may use it. */
  readonly roles: readonly number[];
  readonly futureDatable: boolean | null;
  readonly protectionAgainstReplay: boolean | null;
  readonly serviceReferences: readonly string[];
  /** Access lists in wire order; more than one where examples and mapping table differ. */
  readonly access?: readonly (readonly AccessRow[])[];
  /** What the class 30 methods of the first list fetch. */
  readonly protectedAccess?: readonly AccessRow[];
}
