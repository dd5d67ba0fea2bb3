import type { Bytes } from '../../firmware-sim/kernel/bytes.ts';
import { ProtocolFault } from '../../firmware-sim/kernel/errors.ts';
import type { CaptureRecord } from './capture-reader.ts';

/** Blocks, and the option that says how fine times are (IETF draft-ietf-opsawg-pcapng). */
const BLOCK = { section: 0x0a0d0d0a, interface: 1, simple: 3, packet: 6 } as const;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const OPTION_RESOLUTION = 9;
const OPTION_END = 0;
/** Type, length, and the length again at the end. */
const BLOCK_FRAME = 12;

interface Interface {
  readonly linkType: number;
  readonly ticksPerSecond: bigint;
}

interface Block {
  readonly type: number;
  /** Where it begins in the file, and where its body begins and ends. */
  readonly start: number;
  readonly from: number;
  readonly to: number;
}

export function isPcapng(file: Bytes): boolean {
  return file.length >= 4 && new DataView(file.buffer, file.byteOffset, 4).getUint32(0) === BLOCK.section;
}

/** Packets of a pcapng file; blocks that hold none are passed over. @throws ProtocolFault as `captureRecords` does */
export function pcapngRecords(file: Bytes): CaptureRecord[] {
  const reader = new PcapngReader(file);
  while (reader.next());
  return reader.records;
}

class PcapngReader {
  readonly records: CaptureRecord[] = [];
  readonly #file: Bytes;
  readonly #view: DataView;
  #interfaces: Interface[] = [];
  #little = true;
  #at = 0;

  constructor(file: Bytes) {
    this.#file = file;
    this.#view = new DataView(file.buffer, file.byteOffset, file.length);
  }

  /** Reads a block. @returns false at the end of the file */
  next(): boolean {
    if (this.#at >= this.#file.length) return false;
    const block = this.#block();
    this.#at = block.to + 4;
    if (block.type === BLOCK.section) this.#interfaces = [];
    if (block.type === BLOCK.interface) this.#interfaces.push(this.#interface(block));
    if (block.type === BLOCK.packet) this.records.push(this.#packet(block));
    if (block.type === BLOCK.simple) this.records.push(this.#simplePacket(block));
    return true;
  }

  #block(): Block {
    const start = this.#at;
    if (start + BLOCK_FRAME > this.#file.length) throw new ProtocolFault('truncated', 'the file ends in a block', start);
    const section = this.#view.getUint32(start) === BLOCK.section;
    if (section) this.#setOrder(start + 8);
    const type = this.#u32(start);
    const length = this.#u32(start + 4);
    if (length < BLOCK_FRAME || length % 4 !== 0)
      throw new ProtocolFault('bad-capture', `a block of ${length} octets`, start + 4);
    const to = start + length - 4;
    if (to + 4 > this.#file.length) throw new ProtocolFault('truncated', 'the file ends in a block', start);
    if (this.#u32(to) !== length) throw new ProtocolFault('bad-capture', 'the two lengths of a block differ', to);
    return { type, start, from: start + 8, to };
  }

  #setOrder(at: number): void {
    this.#little = this.#view.getUint32(at, true) === BYTE_ORDER_MAGIC;
    if (this.#u32(at) !== BYTE_ORDER_MAGIC) throw new ProtocolFault('bad-capture', 'a section of neither octet order', at);
  }

  #u32(at: number): number {
    return this.#view.getUint32(at, this.#little);
  }

  #u16(at: number): number {
    return this.#view.getUint16(at, this.#little);
  }

  #need(block: Block, octets: number): void {
    if (block.from + octets > block.to)
      throw new ProtocolFault('bad-capture', 'a block too short for what it holds', block.start);
  }

  #interface(block: Block): Interface {
    this.#need(block, 8);
    let ticksPerSecond = 1_000_000n;
    for (let at = block.from + 8; at + 4 <= block.to; ) {
      const [code, length] = [this.#u16(at), this.#u16(at + 2)];
      if (code === OPTION_END) break;
      if (code === OPTION_RESOLUTION && length === 1 && at + 4 < block.to) ticksPerSecond = ticksOf(this.#file[at + 4] ?? 0);
      at += 4 + length + ((4 - (length % 4)) % 4);
    }
    return { linkType: this.#u16(block.from), ticksPerSecond };
  }

  #interfaceAt(block: Block, index: number): Interface {
    const found = this.#interfaces[index];
    if (!found)
      throw new ProtocolFault('bad-capture', `a packet of interface ${index}, which has not been described`, block.from);
    return found;
  }

  #packet(block: Block): CaptureRecord {
    this.#need(block, 20);
    const { linkType, ticksPerSecond } = this.#interfaceAt(block, this.#u32(block.from));
    const ticks = (BigInt(this.#u32(block.from + 4)) << 32n) | BigInt(this.#u32(block.from + 8));
    const at = Number((ticks * 1_000_000n) / ticksPerSecond) / 1000;
    return { at, linkType, ...this.#octets(block, block.from + 20, this.#u32(block.from + 12)) };
  }

  /** A packet of the first interface, without a time; the block is padded, so its length says how much was captured. */
  #simplePacket(block: Block): CaptureRecord {
    this.#need(block, 4);
    const { linkType } = this.#interfaceAt(block, 0);
    const length = Math.min(this.#u32(block.from), block.to - block.from - 4);
    return { at: undefined, linkType, ...this.#octets(block, block.from + 4, length) };
  }

  #octets(block: Block, offset: number, length: number): Pick<CaptureRecord, 'octets' | 'offset'> {
    this.#need(block, offset - block.from + length);
    return { octets: this.#file.subarray(offset, offset + length), offset };
  }
}

/** Ticks in a second: a power of ten, or of two where the highest bit is set. */
function ticksOf(octet: number): bigint {
  const exponent = BigInt(octet & 0x7f);
  return octet & 0x80 ? 2n ** exponent : 10n ** exponent;
}
