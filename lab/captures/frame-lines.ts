import type { ShownFrame } from './shown-frame.ts';

const NUMBER_WIDTH = 6;

function radioWords({ channel, page, rssiDbm }: ShownFrame): string {
  const place = channel === undefined ? '' : `  channel ${channel}${page ? ` page ${page}` : ''}`;
  return `${place}${rssiDbm === undefined ? '' : ` ${rssiDbm} dBm`}`;
}

/** A frame as a person reads it: one line for the frame, one more for each GBCS message and for what stopped the reading. */
export function frameLines(frame: ShownFrame): string[] {
  const { number, time, from, to, layers, locked, fault } = frame;
  const messages = layers.filter(({ layer }) => layer === 'gbcs');
  const others = layers.filter(({ layer }) => layer !== 'gbcs').map(({ text }) => text);
  const hop = from === undefined && to === undefined ? '' : `  ${from ?? '-'} > ${to ?? '-'}`;
  const rest = locked === undefined ? others : [...others, `locked (${locked} key)`];
  const margin = ' '.repeat(NUMBER_WIDTH + 2);
  return [
    `${String(number).padStart(NUMBER_WIDTH)}  ${time ?? 'no time'}${radioWords(frame)}${hop}  ${rest.join(' | ')}`,
    ...messages.map(({ text }) => `${margin}${text}`),
    ...(fault ? [`${margin}${fault.message} (octet ${fault.offset} of its layer)`] : []),
  ];
}
