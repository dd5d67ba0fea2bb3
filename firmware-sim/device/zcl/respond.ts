import { Element } from '../../codec/element.ts';
import { gbzTemplate } from '../../dictionary/zcl-tables.ts';
import { encodeZclFields, GBZ_CONTROL, type GbzComponent, type GbzMessage } from '../../gbcs/gbz.ts';
import type { Bytes } from '../../kernel/bytes.ts';

/** ZCL frame control (ZCL 2.4.1.1): cluster-specific, and from server to client. */
const CLUSTER_SPECIFIC = 0x01;
const FROM_SERVER = 0x08;
const DEFAULT_RESPONSE = 0x0b;

/** True for a command of a cluster, false for one that every cluster has. */
export const isClusterSpecific = (component: GbzComponent): boolean => (component.frameControl & 3) === CLUSTER_SPECIFIC;

/** True for a command from server to client. */
export const isToClient = ({ frameControl }: Pick<GbzComponent, 'frameControl'>): boolean => (frameControl & FROM_SERVER) !== 0;

/** A response component before its place in the message is known. */
export interface Answer {
  readonly command: number;
  readonly clusterSpecific: boolean;
  readonly fields: readonly Element[];
}

/** What one component of a command led to. */
export interface Outcome {
  readonly asked: GbzComponent;
  readonly answers: readonly Answer[];
  readonly failed: boolean;
}

/** A Default Response (ZCL 2.5.12). */
export function defaultResponse(command: number, status: number): Answer {
  return {
    command: DEFAULT_RESPONSE,
    clusterSpecific: false,
    fields: [new Element('commandIdentifier', 'uint8', command), new Element('status', 'enum8', status)],
  };
}

/**
 * The response message: answers to one command share its sequence number, and the last component of all says so. Frame control
 * and encryption are those of the use case's template; what the template does not have goes back the way it came, in the clear.
 * @param seal encrypts one ZCL payload
 */
export function responseMessage(useCase: string, outcomes: readonly Outcome[], seal: (plaintext: Bytes) => Bytes): GbzMessage {
  const rows = gbzTemplate(useCase)?.responses ?? [];
  let frameCounter = 0;
  const component = (asked: GbzComponent, answer: Answer): GbzComponent => {
    const { cluster, sequence } = asked;
    const kind = answer.clusterSpecific ? CLUSTER_SPECIFIC : 0;
    const templated = rows.find(
      (one) => one.cluster === cluster && one.command === answer.command && (one.frameControl & 3) === kind,
    );
    // Where a cluster is read, even a refusal comes from the server (RTDS 4.5.0 GCS20r ERROR).
    const reads = rows.some((one) => one.cluster === cluster);
    const towards = isToClient(asked) && !reads ? 0 : FROM_SERVER;
    const frameControl = templated?.frameControl ?? towards | kind;
    const head = { cluster, fromDateTime: undefined, frameControl, sequence, command: answer.command };
    if (!templated?.encrypted) return { ...head, control: 0, fields: answer.fields, sealed: undefined };
    const sealed = { headerControl: 0, frameCounter: frameCounter++, blob: seal(encodeZclFields(answer.fields)) };
    return { ...head, control: GBZ_CONTROL.encrypted, fields: [], sealed };
  };
  const components = outcomes.flatMap(({ asked, answers }) => answers.map((answer) => component(asked, answer)));
  const last = components.length - 1;
  return {
    kind: 'gbz',
    components: components.map((one, i) => (i === last ? { ...one, control: one.control | GBZ_CONTROL.last } : one)),
  };
}
