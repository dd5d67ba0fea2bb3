import { SIGNATURE_PROFILES } from '../../firmware-sim/crypto/suite.ts';
import { AD1_POLICIES } from '../parties/ad1-policy.ts';
import { HAN_LINKS } from '../premises/link-kinds.ts';
import { WAN_PROFILES } from '../premises/wan-link.ts';
import { nullable, operation, parameters, type Shape } from './operation.ts';

export const updateParameters = parameters({
  image: { type: 'path-in', stdin: true, help: 'bare manufacturer image to wrap and sign (default: 256 KiB made from the seed)' },
  ota: { type: 'path-in', stdin: true, help: 'finished OTA upgrade file, sent as it is' },
  at: { type: 'time', help: 'activate at this time, future-dated (default: at once)' },
  feedCut: {
    type: 'number',
    minimum: 0,
    maximum: 86_400,
    default: 0,
    placeholder: 'SECONDS',
    help: "how long the meter cuts the hub's 12 V feed while it activates",
  },
  mainsLoss: {
    type: 'text',
    repeatable: true,
    placeholder: 'SECONDS[@PHASE]',
    help: 'a real outage; PHASE is before, distribution, activation (the default) or after',
  },
  poaComparator: {
    type: 'choice',
    choices: ['gt', 'ge'],
    default: 'gt',
    help: "the hub's AD1 rule: more than (gt), or at least (ge) the threshold",
  },
  ad1Policy: {
    type: 'choice',
    choices: AD1_POLICIES,
    default: 'label',
    help: 'what the DCC does with an AD1 near an activation: off delivers it, label delivers it with a label, suppress holds it back while it may be false',
  },
  ad1Hold: {
    type: 'number',
    minimum: 0,
    maximum: 86_400,
    default: 600,
    placeholder: 'SECONDS',
    help: 'longest time that suppress holds an AD1 back',
  },
  newBuild: { type: 'flag', help: 'the meter was made under MP102A: a feed cut of three minutes fails the run' },
  profile: {
    type: 'choice',
    choices: SIGNATURE_PROFILES,
    default: 'deterministic',
    placeholder: 'NAME',
    help: 'signature profile of parties and devices; the cnsa ones interpret modification MP129, whose text is not public',
  },
  wan: {
    type: 'choice',
    choices: WAN_PROFILES,
    default: 'ideal',
    help: 'how fast an AD1 gets through: at once, as in Central and South (CS), as in North (N)',
  },
  poaThreshold: {
    type: 'number',
    minimum: 1,
    maximum: 86_400,
    default: 180,
    placeholder: 'SECONDS',
    help: "threshold of the hub's AD1 rule",
  },
  hubHoldup: {
    type: 'number',
    minimum: 0,
    maximum: 86_400,
    default: 200,
    placeholder: 'SECONDS',
    help: 'how long the hub lives without its feed',
  },
  hubBoot: {
    type: 'number',
    minimum: 0,
    maximum: 86_400,
    default: 30,
    placeholder: 'SECONDS',
    help: 'how long the hub takes to start',
  },
  esmeReboot: {
    type: 'number',
    minimum: 0,
    maximum: 86_400,
    default: 45,
    placeholder: 'SECONDS',
    help: 'how long the meter takes to start',
  },
  restoreAlertDelay: {
    type: 'number',
    minimum: 0,
    maximum: 86_400,
    default: 5,
    placeholder: 'SECONDS',
    help: 'between the start of the meter after an outage and its 0x8F35 or 0x8F36',
  },
  link: {
    type: 'choice',
    choices: HAN_LINKS,
    default: 'zigbee',
    help: 'the home area network: zigbee joins, agrees on keys and sends frames over a virtual air; direct skips all that',
  },
  capture: { type: 'path-out', placeholder: 'FILE.pcapng', help: 'write every frame on the air, for Wireshark' },
  captureTap: { type: 'flag', help: 'with channel and signal strength of each frame (link type 283 in place of 195)' },
  captureKeys: {
    type: 'path-out',
    placeholder: 'FILE',
    help: 'write the keys of the run in the form of Wireshark’s zigbee_pc_keys',
  },
  out: {
    type: 'directory',
    short: 'o',
    help: 'write junit.xml, timeline.json, the image, the keystore and every message as hex',
  },
});

const assertionShape: Shape = {
  type: 'object',
  fields: {
    id: { type: 'string' },
    title: { type: 'string' },
    source: { type: 'string', help: 'clause or source it rests on' },
    verdict: { type: 'choice', choices: ['pass', 'fail', 'note', 'incomplete'] },
    detail: { type: 'string' },
  },
};

const ad1Shape: Shape = {
  type: 'object',
  fields: {
    hub: { type: 'string' },
    mpxn: { type: 'string' },
    startDateTime: { type: 'string' },
    raisedAt: { type: 'string' },
    fate: { type: 'choice', choices: ['delivered', 'delivered-labelled', 'delivered-delayed', 'withheld'] },
    reachedNetworkOperator: { type: 'boolean' },
    label: nullable({ type: 'string' }),
    reason: nullable({ type: 'string' }),
    delayed: { type: 'boolean' },
    deliveredAt: nullable({ type: 'string' }),
    delaySeconds: nullable({ type: 'number' }, 'from the hub sending it to the network operator having it'),
    within60Seconds: nullable({ type: 'boolean' }),
  },
};

export const update = operation({
  name: ['update'],
  group: 'job',
  summary: 'update an electricity meter over the air, from image to verdict',
  description:
    'Runs a supplier, a network operator, an access control broker, a WAN provider and one home (hub, electricity and gas meter) in virtual time, on a fresh test PKI: the image is built, signed and delivered block by block, checked, activated, and its version read. Power is modelled: what the meter does to the hub’s feed, and real outages, decide about AD1 and 0x8F35/0x8F36. The same seed and options give the same octets.',
  examples: [
    { command: 'hanbench update', help: 'the whole job with a meter that behaves' },
    {
      command: 'hanbench update --feed-cut 240 --ad1-policy suppress',
      help: 'an older meter sets off a false power outage alert, which is held back',
    },
    {
      command: 'hanbench update --mains-loss 240@activation --ad1-policy suppress',
      help: 'a real outage in the same moment is not',
    },
    {
      command: 'hanbench update --image app.bin --at 2030-01-15T09:00:00Z --out run/',
      help: 'your own firmware, future-dated, with evidence',
    },
  ],
  parameters: updateParameters,
  result: {
    kind: 'one',
    shape: {
      type: 'object',
      fields: {
        verdict: { type: 'choice', choices: ['pass', 'fail'] },
        seed: { type: 'string' },
        startedAt: { type: 'string' },
        endedAt: { type: 'string' },
        image: {
          type: 'object',
          fields: {
            name: { type: 'string' },
            octets: { type: 'integer' },
            manufacturerCode: { type: 'string' },
            imageType: { type: 'string' },
            fileVersion: { type: 'string' },
            sha256: { type: 'string', help: 'the hash that CS06 carries' },
          },
        },
        ad1: { type: 'array', items: ad1Shape },
        assertions: { type: 'array', items: assertionShape },
      },
    },
  },
  load: () => import('./update-run.ts'),
});
