/** Keys of a keystore folder as the second implementation wants them: bare scalars and points. Files are parsed by Node itself. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join as path } from 'node:path';
import { agree } from './crypto.ts';
import type { Octets } from './octets.ts';

const fromUrl = (text: string | undefined): Octets => Uint8Array.from(Buffer.from(text ?? '', 'base64url'));

export class Keystore {
  readonly #folder: string;
  readonly #known = new Map<string, Octets | undefined>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  #once(file: string, read: (text: string) => Octets): Octets | undefined {
    if (!this.#known.has(file)) {
      const full = path(this.#folder, file);
      this.#known.set(file, existsSync(full) ? read(readFileSync(full, 'utf8')) : undefined);
    }
    return this.#known.get(file);
  }

  /** Uncompressed point of a certificate, or undefined when there is no such file. `usage`: `ds`, `ka` or `pp-ka`. */
  point(eui: string, usage: string): Octets | undefined {
    return this.#once(`${eui}-${usage}.pem`, (text) => {
      const jwk = new X509Certificate(text).publicKey.export({ format: 'jwk' });
      return Uint8Array.of(4, ...fromUrl(jwk.x), ...fromUrl(jwk.y));
    });
  }

  scalar(eui: string, usage: string): Octets | undefined {
    return this.#once(`${eui}-${usage}.key`, (text) => fromUrl(createPrivateKey(text).export({ format: 'jwk' }).d));
  }

  /** Shared secret of a party whose private key is here and a device whose certificate is; undefined when one is missing. */
  secret(own: string, peer: string): Octets | undefined {
    const name = `${own} x ${peer}`;
    const [scalar, point] = [this.scalar(own, 'ka'), this.point(peer, 'ka')];
    if (!this.#known.has(name)) this.#known.set(name, scalar && point ? agree(scalar, point) : undefined);
    return this.#known.get(name);
  }
}
