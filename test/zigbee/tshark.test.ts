import { describe, expect, it } from 'vitest';
import { LINK_TYPE } from '../../firmware-sim/air/capture.ts';
import { concat } from '../../firmware-sim/kernel/bytes.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { encodeGasTunnel } from '../../firmware-sim/zigbee/se/tunnels.ts';
import { needTshark, tsharkFields } from '../support/tshark.ts';
import { ESME, GSME, LINK_KEY, StationHome } from './station-home.ts';

function home() {
  const made = new StationHome('tshark');
  const esme = made.join(ESME, 'esme');
  const gsme = made.join(GSME, 'gsme');
  const message = concat(Uint8Array.of(0xdd), randomFor('tshark', 'message').bytes(699));
  made.send(made.hub, esme, message);
  made.send(gsme, made.hub, encodeGasTunnel({ kind: 'get' }));
  const link = (eui: typeof ESME) => made.hub.heard('secured').find(({ peer }) => peer === eui)?.linkKey ?? LINK_KEY;
  const networkKey = randomFor('tshark', 'network key').bytes(16);
  return { made, keys: [ESME, GSME].map((eui) => ({ key: link(eui), label: `link ${eui}` })), networkKey };
}

/** Skips the test where tshark is absent; else the home whose frames it reads, made once. */
let kept: ReturnType<typeof home> | undefined;
function needHome(context: Parameters<typeof needTshark>[0]) {
  needTshark(context);
  kept ??= home();
  const { made, keys, networkKey } = kept;
  const all = [{ key: LINK_KEY, label: 'install code' }, { key: networkKey, label: 'network' }, ...keys];
  return { made, networkKey, all };
}

describe('tshark reads a home', () => {
  it.for([LINK_TYPE.withFcs, LINK_TYPE.tap])('link type %i: no malformed frame, no bad check sequence', (linkType, context) => {
    const { made, all } = needHome(context);
    const rows = tsharkFields(made.frames, all, ['frame.protocols', '_ws.malformed', 'wpan.fcs_ok'], linkType);
    expect(rows).toHaveLength(made.frames.length);
    expect(rows.filter(([protocols, malformed]) => malformed !== '' || protocols?.includes('malformed'))).toEqual([]);
    expect(new Set(rows.map(([, , ok]) => ok))).toEqual(new Set(['1']));
  });

  it('names key establishment and tunnels, and finds both ends of each', (context) => {
    const { made, all } = needHome(context);
    const rows = tsharkFields(made.frames, all, ['frame.protocols']);
    const count = (name: string): number => rows.filter(([protocols]) => protocols?.split(':').includes(name)).length;
    expect(count('zbee_zcl_se.ke')).toBeGreaterThanOrEqual(12);
    expect(count('zbee_zcl_se.tun')).toBeGreaterThanOrEqual(5);
  });

  it('finds nothing of Smart Energy readable without keys', (context) => {
    const { made } = needHome(context);
    const rows = tsharkFields(made.frames, [], ['frame.protocols']);
    expect(rows.filter(([protocols]) => /zbee_zcl|gbcs/.test(protocols ?? ''))).toEqual([]);
  });

  it('finds the transported network key with the install code’s key alone', (context) => {
    const { made, networkKey } = needHome(context);
    const rows = tsharkFields(made.frames, [{ key: LINK_KEY, label: 'install code' }], ['zbee_aps.cmd.key']);
    const keysSeen = rows.flatMap(([key]) => (key ? [key.replaceAll(':', '')] : []));
    expect(new Set(keysSeen)).toEqual(new Set([Buffer.from(networkKey).toString('hex')]));
  });
});
