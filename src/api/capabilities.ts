import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Capabilities: unguessable keys for what a caller without a token may fetch later (its own photo, an erasure's receipt),
 * and signatures of addresses that expire (pictures).
 *
 * A key is derived from the thing it opens, so nothing is stored and a repeated request hands out the same one.
 * The first key signs, all verify: keys can be rotated without breaking addresses that are out.
 */
export interface Capabilities {
  /** 128 bits, base64url. `subject` names kind and id: `photo:<id>`. */
  issue(subject: string): string;
  check(subject: string, key: string): boolean;
}

const keyBytes = 16;

/** `keys`: 32 bytes each, at least one, derived for this purpose alone. */
export function createCapabilities(keys: readonly Buffer[]): Capabilities {
  const sign = (key: Buffer, subject: string) =>
    createHmac('sha256', key).update(subject).digest().subarray(0, keyBytes);
  const [first] = keys;
  if (!first) throw new RangeError('At least one key is needed');
  return {
    issue: (subject) => sign(first, subject).toString('base64url'),
    check(subject, given) {
      const bytes = Buffer.from(given, 'base64url');
      return bytes.length === keyBytes && keys.some((key) => timingSafeEqual(sign(key, subject), bytes));
    },
  };
}
