import { sign } from '../signatures';

/** Unix seconds as text: what is signed, and what a body may repeat. */
export const timestampOf = (at: Date): string => Math.floor(at.getTime() / 1000).toString();

/** The headers by which a receiver knows who sent these bytes, and when. */
export const signedHeaders = (secret: string, timestamp: string, rawBody: Uint8Array | string) => ({
  'x-timestamp': timestamp,
  'x-signature': sign(secret, timestamp, rawBody),
});
