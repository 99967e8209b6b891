import { createHmac } from 'node:crypto';
import type { Caller } from '../deps';
import { networkOf } from '../network';

/** Whose picture it is, as far as fairness goes: see `Launch.fairnessKey`. */
export type FairnessKeyOf = (from: { caller: Caller | null; ip: string }) => string;

/** `key` keeps the addresses of anonymous callers out of MongoDB: their keyed hashes can be compared, and that is all. */
export const createFairnessKeys =
  (key: Buffer): FairnessKeyOf =>
  ({ caller, ip }) =>
    caller?.id ?? `address:${createHmac('sha256', key).update(networkOf(ip)).digest('base64url')}`;
