import { expect, test } from 'vitest';
import { createNodeSuite } from '../../firmware-sim/crypto/node-suite.ts';
import { decodeAndCheck } from '../../firmware-sim/gbcs/checked-message.ts';
import { messageToJson } from '../../firmware-sim/gbcs/message-json.ts';
import { fromHex } from '../../firmware-sim/kernel/bytes.ts';
import { messageLines } from '../../lab/messages/show-message.ts';
import { readVectors, vectorKeys } from '../support/vectors.ts';

const vectors = readVectors();
const suite = createNodeSuite({ entropy: (count) => new Uint8Array(count) });
const keys = vectorKeys(vectors, suite);

function text(hex: string, signingKey?: string): string {
  const { message, checked } = decodeAndCheck(suite, fromHex(hex), keys(signingKey));
  return messageLines('m.hex', messageToJson(suite, message, checked)).join('\n');
}

test.each(vectors.messages.map((m) => [m.name, m] as const))(
  '%s reads as text: who, what, protection, every part opened',
  (_, m) => {
    const shown = text(m.hex, m.signedBy?.key);
    expect(shown).not.toMatch(/undefined|\[object|NaN|not opened/);
    expect(shown).toContain(m.header.messageCode);
    expect(shown).toContain(`counter ${m.header.originatorCounter}`);
    expect(shown).toContain(`MAC: ${m.mac === 'absent' ? 'none' : m.mac}`);
    expect(shown).toContain(`signature: ${m.signature === 'absent' ? 'none' : m.signature}`);
  },
);

test('a wrong MAC catches the eye, and a block shows its numbers', () => {
  const [first] = vectors.messages;
  const wrong = first?.variants.find((variant) => variant.mac === 'invalid')?.hex ?? '';
  expect(text(wrong)).toContain('MAC: INVALID');
  expect(text(vectors.transfers[0]?.blocks[0] ?? '')).toMatch(/blockNumber: 1/);
});
