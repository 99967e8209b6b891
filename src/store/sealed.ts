import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/**
 * Sealed text: what is secret at rest (stored answers that hold a token, webhook secrets).
 *
 * S1  AES-256-GCM with a fresh 96-bit nonce each; the first key encrypts, all decrypt, so that keys can be rotated.
 * S2  The context (which row, which field) is authenticated: a sealed value moved to another row does not open.
 */
export interface Sealer {
  seal(plain: string, context: string): string;
  /** Throws `SealBroken` where the value was changed, moved, or sealed with a key that is not known any more. */
  open(sealed: string, context: string): string;
}

export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

const keyId = (key: Buffer) => createHash('sha256').update(key).digest('hex').slice(0, 8);

/** `keys`: 32 bytes each, at least one. */
export function createSealer(keys: readonly Buffer[]): Sealer {
  const [first] = keys;
  if (!first) throw new RangeError('At least one encryption key is needed');
  if (keys.some((key) => key.length !== 32)) throw new RangeError('An encryption key has 32 bytes');
  const byId = new Map(keys.map((key) => [keyId(key), key]));
  const firstId = keyId(first);

  return {
    seal(plain, context) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', first, nonce);
      cipher.setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return ['v1', firstId, nonce.toString('base64url'), body.toString('base64url')].join('.');
    },
    open(sealed, context) {
      const [version, id, nonce, body] = sealed.split('.');
      const key = id === undefined ? undefined : byId.get(id);
      if (version !== 'v1' || !key || nonce === undefined || body === undefined)
        throw new SealBroken('Not sealed with a key that is known');
      const bytes = Buffer.from(body, 'base64url');
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'), { authTagLength: 16 });
        decipher.setAAD(Buffer.from(context));
        decipher.setAuthTag(bytes.subarray(-16));
        return decipher.update(bytes.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8');
      } catch (error) {
        throw new SealBroken('The sealed value was changed or moved', { cause: error });
      }
    },
  };
}
