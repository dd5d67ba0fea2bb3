import { fileLines, operation, parameters } from './operation.ts';

export const captureShowParameters = parameters({
  file: { type: 'path-in', positional: true, required: true, stdin: true, help: 'a capture: pcapng or pcap of IEEE 802.15.4' },
  keys: { type: 'path-in', help: 'network and link keys, as `--capture-keys` and Wireshark (zigbee_pc_keys) write them' },
});

export const captureShow = operation({
  name: ['capture', 'show'],
  group: 'captures',
  summary: 'print the frames of a capture, from radio to GBCS message',
  description:
    'Reads pcapng and classic pcap files of link types 195, 230 and 283: those of `hanbench update --capture` and of sniffers. Each frame is shown as far as keys go: MAC, network, application layer, cluster command, tunnel, GBCS message. With the link key of an install code alone, the network key is taken from the capture itself. Keys are never shown.',
  examples: [
    { command: 'hanbench capture show home.pcapng --keys home.keys', help: 'everything' },
    { command: 'hanbench capture show home.pcapng', help: 'what is readable without keys' },
    { command: 'hanbench capture show --json home.pcapng --keys home.keys', help: 'for programs' },
  ],
  parameters: captureShowParameters,
  result: fileLines({
    type: 'object',
    fields: {
      number: { type: 'integer', help: 'counted from 1' },
      time: { type: 'one-of', shapes: [{ type: 'string', help: 'ISO 8601, microseconds' }, { type: 'null' }] },
      octets: { type: 'integer' },
      channel: { type: 'integer', optional: true },
      page: { type: 'integer', optional: true },
      rssiDbm: { type: 'integer', optional: true },
      from: { type: 'string', optional: true, help: 'address of this hop: four hex digits, or an EUI-64' },
      to: { type: 'string', optional: true },
      layers: {
        type: 'array',
        items: { type: 'object', fields: { layer: { type: 'string' }, text: { type: 'string' } }, help: 'more fields by layer' },
      },
      locked: { type: 'choice', choices: ['network', 'link', 'key-transport', 'key-load'], optional: true },
      fault: {
        type: 'object',
        optional: true,
        fields: { kind: { type: 'string' }, message: { type: 'string' }, offset: { type: 'integer' } },
      },
    },
  }),
  jsonWhenPiped: true,
  load: () => import('./capture-show-run.ts'),
});
