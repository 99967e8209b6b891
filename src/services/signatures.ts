import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Signatures of messages between Palate and its receivers, in either direction: HMAC-SHA256 over the timestamp (unix seconds as text)
 * directly followed by the bytes of the body, in lower-case hex. One form only, so that a message has one signature and a repeat is known
 * by it.
 */
export const sign = (secret: string, timestamp: string, rawBody: Uint8Array | string): string =>
  createHmac('sha256', secret).update(timestamp).update(rawBody).digest('hex');

const wellFormed = /^[0-9a-f]{64}$/;

/** Whether one of `secrets` made the signature. The time it takes tells neither how much was right nor which secret it was. */
export const verifies = (
  secrets: readonly string[],
  timestamp: string,
  rawBody: Uint8Array | string,
  signature: string,
): boolean => {
  if (!wellFormed.test(signature)) return false;
  const given = Buffer.from(signature, 'hex');
  return secrets
    .map((secret) => timingSafeEqual(Buffer.from(sign(secret, timestamp, rawBody), 'hex'), given))
    .includes(true);
};
