import { describe, expect, it } from 'vitest';
import type { WanDownFrame, WanUpFrame } from '../../firmware-sim/commshub/wan-frame.ts';
import { linkBlocks } from '../../firmware-sim/device/link-blocks.ts';
import { TunnelEnd } from '../../firmware-sim/device/tunnel-end.ts';
import { BLOCK_TRANSFER_DEFAULTS } from '../../firmware-sim/gbcs/block-transfer.ts';
import { encodeAccessRequest, invokeIdOf } from '../../firmware-sim/gbcs/dlms-apdu.ts';
import { decodeEnvelope, decodeGbtBlock, isGbtBlock } from '../../firmware-sim/gbcs/envelope.ts';
import { type Bytes, NO_BYTES } from '../../firmware-sim/kernel/bytes.ts';
import { UsageError } from '../../firmware-sim/kernel/errors.ts';
import { randomFor } from '../../firmware-sim/kernel/random.ts';
import { toSeconds2000 } from '../../firmware-sim/kernel/time.ts';
import type { CommandPlan } from '../../lab/parties/remote-party.ts';
import { type UpdateConfig, updateConfig } from '../../lab/update/config.ts';
import { runUpdate } from '../../lab/update/run.ts';
import { createWorld, type UpdateWorld } from '../../lab/update/world.ts';
import { itemOf } from '../device/cosem/calls.ts';

const START = Date.UTC(2030, 0, 15, 9);
const MINUTE = 60_000;
const DAY_S = 86_400;

const image = { kind: 'generated', octets: 1_000 } as const;
const blockIn = (frame: WanDownFrame | WanUpFrame): Bytes | undefined =>
  frame.kind === 'gbcs' && isGbtBlock(frame.message) ? frame.message : undefined;

/** ECS23 over ten days of half hours: some 3,900 octets of answer. */
function voltageLog(world: UpdateWorld): CommandPlan {
  const to = toSeconds2000(START);
  const step = { operation: 'get-with-selection', key: '7/1-0:32.24.0.255/2', range: [to - 10 * DAY_S, to] } as const;
  return {
    recipient: world.euis.esme,
    messageCode: 0x0039,
    critical: false,
    payload: (counter) =>
      encodeAccessRequest({
        kind: 'dlms-access-request',
        invokeId: invokeIdOf(counter),
        dateTime: NO_BYTES,
        items: [itemOf(step)],
      }),
  };
}

interface Read {
  readonly response: Bytes | undefined;
  readonly longest: number;
  readonly blocks: number;
}

/** Reads the log of a world's meter, and tells how it travelled over the WAN. */
function readLog(changes: Partial<Pick<UpdateConfig, 'maxMessageOctets' | 'losesWanFrame'>>, minutes = 30): Read {
  let [longest, blocks] = [0, 0];
  const { losesWanFrame } = changes;
  const watched = (frame: WanDownFrame | WanUpFrame): boolean => {
    if (frame.kind === 'gbcs') longest = Math.max(longest, frame.message.length);
    if (blockIn(frame)) blocks++;
    return losesWanFrame?.(frame) ?? false;
  };
  const world = createWorld(updateConfig({ image, ...changes, losesWanFrame: watched }), START);
  const { message, header } = world.networkOperator.compose(voltageLog(world));
  world.dcc.submit(message);
  world.scheduler.runUntil(START + minutes * MINUTE);
  const received = world.networkOperator.responseTo(header);
  if (received) expect(received.genuine).toBe(true);
  return { response: received?.bytes, longest, blocks };
}

describe('a log too long for the link', () => {
  const whole = readLog({});

  it('travels whole where the link takes any length', () => {
    expect(whole.response?.length).toBeGreaterThan(3_500);
    expect([whole.longest, whole.blocks]).toEqual([whole.response?.length, 0]);
  });

  it('goes in blocks that pass the hub, and arrives the same to the octet', () => {
    const read = readLog({ maxMessageOctets: 300 });
    expect(read.response).toEqual(whole.response);
    expect(read.longest).toBeLessThanOrEqual(300);
    expect(read.blocks).toBeGreaterThan(3_500 / 300);
  });

  it.each([2, 3, 7])('arrives though every %i. block is lost on the WAN', (nth) => {
    let seen = 0;
    const read = readLog({ maxMessageOctets: 300, losesWanFrame: (frame) => blockIn(frame) !== undefined && ++seen % nth === 0 });
    expect(read.response).toEqual(whole.response);
  });

  it('never arrives in part: nothing is delivered when a block is lost for good', () => {
    const third = (frame: WanDownFrame | WanUpFrame): boolean => {
      const block = blockIn(frame);
      return block !== undefined && decodeGbtBlock(block).blockNumber === 3;
    };
    expect(readLog({ maxMessageOctets: 300, losesWanFrame: third }, 120).response).toBeUndefined();
  });

  it('is not asked for over a link that no block fits into', () => {
    expect(() => linkBlocks(51)).toThrow(UsageError);
  });
});

describe('an update over links that take 160 octets', () => {
  it('passes with blocks both ways, and with some of them lost', () => {
    const random = randomFor(7, 'blocks');
    let lost = 0;
    const losesWanFrame = (frame: WanDownFrame | WanUpFrame): boolean => {
      const loses = blockIn(frame) !== undefined && random.unit() < 0.15;
      if (loses) lost++;
      return loses;
    };
    const result = runUpdate(updateConfig({ image, maxMessageOctets: 160, losesWanFrame }));
    expect(result.assertions.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id)).toEqual([]);
    expect(lost).toBeGreaterThan(3);
  });
});

describe('a device’s end of its tunnel', () => {
  const world = createWorld(updateConfig({ image }), START);
  const { message, header } = world.networkOperator.compose(voltageLog(world));

  it('repeats a block only when it has left and is overdue', () => {
    const end = new TunnelEnd(linkBlocks(60));
    end.send(message, header, 0);
    const first = end.next();
    expect([end.deadline, first?.frame.kind]).toEqual([undefined, 'tunnel']);
    let [at, sent] = [3_600_000, 0];
    for (let out = first; out; out = end.next()) {
      at += 1_000;
      sent++;
      end.confirmed(out.ticket, true, at);
    }
    expect(sent).toBe(BLOCK_TRANSFER_DEFAULTS.window);
    expect(end.deadline).toBe(at + 10_000);
    end.poll(at + 9_999);
    expect(end.next()).toBeUndefined();
    end.poll(at + 10_000);
    expect(end.next()?.frame.kind).toBe('tunnel');
  });

  it('hands on what looks like a block and is none, so that the device refuses it', () => {
    const end = new TunnelEnd();
    const broken = Uint8Array.of(0xdd, 9, 1, 2, 3);
    expect(end.receive(broken, 0)).toEqual([broken]);
    expect(end.receive(message, 0)).toEqual([message]);
    expect(decodeEnvelope(message).header.recipient).toBe(world.euis.esme);
  });
});
