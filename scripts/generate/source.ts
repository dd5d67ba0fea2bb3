/** Shapes of the fact files that the generators read; only what they use. */

export interface LayoutJson {
  readonly name: string;
  readonly type: string;
  readonly unit?: string;
  readonly enum?: Readonly<Record<string, string>>;
  readonly fields?: readonly LayoutJson[];
  readonly of?: LayoutJson;
  readonly optional?: string;
  readonly count?: number;
  readonly max?: number;
  /** Another type the value may have. */
  readonly alt?: string | undefined;
  readonly duis?: string;
  readonly note?: string;
  readonly const?: string;
}

export interface DlmsStructureJson {
  readonly devices: readonly string[];
  readonly class: number;
  readonly obis: string;
  readonly kind: 'attribute' | 'method';
  readonly number: number;
  readonly smetsName: string | null;
  readonly layout?: LayoutJson;
  readonly requestLayout?: LayoutJson;
  readonly responseLayout?: LayoutJson;
  readonly selectiveAccess?: { readonly selector: number; readonly layout: LayoutJson };
}

export interface ZclFieldJson {
  readonly name: string;
  readonly type: string;
  readonly unit?: string | null;
  readonly enum?: Readonly<Record<string, string>>;
  readonly fields?: readonly ZclFieldJson[];
  readonly count?: string | number | null;
  readonly rest?: boolean;
  readonly const?: unknown;
  readonly note?: string;
}

export interface ZclStructureJson {
  readonly cluster: string;
  readonly command: string;
  readonly name: string;
  readonly sentIn: string;
  readonly useCases: readonly string[];
  readonly fields: readonly ZclFieldJson[];
}

export interface AlertStructureJson {
  readonly useCase: string;
  readonly fields: readonly (LayoutJson & { readonly octets?: number })[];
}

export interface StructuresJson {
  readonly dlms: readonly DlmsStructureJson[];
  readonly gbz: readonly ZclStructureJson[];
  readonly zclAttributes: readonly { cluster: string; attribute: string; name: string; unitOrValues: string | null }[];
  readonly alerts: readonly AlertStructureJson[];
  readonly paymentControlConfiguration: Readonly<Record<string, string>>;
}

export interface RowJson {
  readonly name?: string;
  readonly member?: string;
  readonly dlmsClass?: number;
  readonly obis?: string;
  readonly attributeOrMethod?: 'attribute' | 'method';
  readonly number?: number;
  readonly op?: string;
  readonly type?: string;
  readonly encrypted?: boolean;
  readonly direction?: string;
}

export interface DlmsWireJson {
  readonly op: string;
  readonly class: number;
  readonly obis: string;
  readonly n: number;
  readonly viaProtectedMethod?: boolean;
  readonly responseData?: string;
}

export interface ZclWireJson {
  readonly cluster: string;
  readonly command: string;
  readonly clusterSpecific: boolean;
  readonly direction: string;
  readonly frameControl: string;
  readonly encrypted: boolean;
  readonly attributeIds?: readonly string[];
  readonly attributeTypes?: Readonly<Record<string, string>>;
}

/** A component as the published template of a use case describes it. */
export interface ZclTemplateJson {
  readonly cluster: string;
  readonly commandId: string;
  readonly clusterSpecific: boolean;
  readonly direction: string;
  readonly frameControl: string;
  readonly encrypted: boolean;
}

export interface UseCaseJson {
  readonly code: string;
  readonly baseCode: string | null;
  readonly title: string;
  readonly messageCodes: Readonly<Record<'command' | 'response' | 'alert', string | readonly string[] | null>>;
  readonly targetDevices: readonly string[];
  readonly payloadKind: string;
  readonly messageCategory: string | null;
  readonly remotePartyRoles: readonly { readonly name: string; readonly number: number | null }[];
  readonly futureDatable: boolean | null;
  readonly protectionAgainstReplay: boolean | null;
  readonly serviceReferenceVariants: readonly string[];
  readonly rows: readonly RowJson[];
  readonly gbzTemplate?: { readonly command?: readonly ZclTemplateJson[]; readonly response?: readonly ZclTemplateJson[] };
  readonly wire?: {
    readonly dlms?: readonly DlmsWireJson[];
    readonly command?: readonly ZclWireJson[];
    readonly response?: readonly ZclWireJson[];
    readonly alert?: readonly ZclWireJson[];
  };
}

export interface DataModelJson {
  readonly devices: Readonly<
    Record<string, { readonly dlms?: Readonly<Record<string, { readonly class: number; readonly className: string }>> }>
  >;
}
