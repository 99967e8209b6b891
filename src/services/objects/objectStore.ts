import type { Readable } from 'node:stream';

/**
 * Bytes that are too large for the database: pictures, uploads, trained models. Two stores stand behind one interface, files
 * under a folder and an S3 bucket; one test suite holds both to it.
 *
 * O1  An object is there whole or not at all: nobody ever reads half of one.
 * O2  Removing what is absent is no error, so that a clean-up can be repeated.
 * O3  Keys are made by us from ids, never from a name a client sent; both stores refuse any other.
 * O4  Prefixes end in `/`: `photos/ab` can not take `photos/abc/…` with it.
 */
export interface ObjectStore {
  /**
   * Stores a buffer, or the file at `path` of exactly `bytes` bytes (it is copied, the caller's file stays). Replaces. Once `signal` is aborted it
   * rejects with its reason, and the object is as it was before, or the new one whole.
   */
  put(key: string, body: ObjectBody, options: PutOptions): Promise<void>;
  /** Opens an object. The caller must read the stream to its end or destroy it. Throws `ObjectMissing`. */
  get(key: string): Promise<StoredObject>;
  /** The whole object in memory. Throws `ObjectMissing`. */
  read(key: string): Promise<Buffer>;
  remove(key: string): Promise<void>;
  /** Removes every object below `prefix` and answers how many there were. */
  removePrefix(prefix: string): Promise<number>;
  /** Keys below `prefix`, in no promised order; `''` lists all. */
  list(prefix: string): AsyncIterable<string>;
  /** Removes what killed processes half wrote: it has no key, so nothing else ever finds it. */
  removeStrays(): Promise<void>;
  /** Throws `ObjectStoreUnavailable` when the store cannot be used. */
  ping(): Promise<void>;
  /** Lets go of idle connections; the store is not used afterwards. */
  close(): void;
}

export interface PutOptions {
  readonly contentType: string;
  readonly signal?: AbortSignal | undefined;
}

export type ObjectBody = Buffer | { path: string; bytes: number };

export interface StoredObject {
  stream: Readable;
  bytes: number;
  contentType: string;
}

/** There is no object under this key. */
export class ObjectMissing extends Error {
  override readonly name: string = 'ObjectMissing';
  constructor(readonly key: string) {
    super(`There is no object ${key}.`);
  }
}

/** The store could not do it now; another attempt may succeed. */
export class ObjectStoreUnavailable extends Error {
  override readonly name: string = 'ObjectStoreUnavailable';
}

/** No room is left. Another attempt succeeds only after somebody has made room. */
export class ObjectStoreFull extends ObjectStoreUnavailable {
  override readonly name = 'ObjectStoreFull';
}

/** The store says no (credentials, bucket, permission): an operator must change the settings. */
export class ObjectStoreRefused extends ObjectStoreUnavailable {
  override readonly name = 'ObjectStoreRefused';
}

/** A key or prefix that this house does not make: a fault of the caller. */
export class ObjectKeyInvalid extends Error {
  override readonly name = 'ObjectKeyInvalid';
}

const keySegment = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/;
const longestKey = 512;

/** Throws `ObjectKeyInvalid` unless the key is `/`-separated segments of letters, digits, `.`, `_`, `-`, none starting with a dot. */
export const checkKey = (key: string): string => {
  if (key.length > longestKey || !key.split('/').every((segment) => keySegment.test(segment))) {
    throw new ObjectKeyInvalid(`${JSON.stringify(key.slice(0, 80))} is not an object key.`);
  }
  return key;
};

/** Throws `ObjectKeyInvalid` unless the prefix is a key followed by `/`. */
export const checkPrefix = (prefix: string): string => {
  if (!prefix.endsWith('/')) {
    throw new ObjectKeyInvalid(`${JSON.stringify(prefix.slice(0, 80))} is not a prefix of keys: it must end in "/".`);
  }
  checkKey(prefix.slice(0, -1));
  return prefix;
};
