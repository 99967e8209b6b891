import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { observed } from '../calls';
import type { OnCall } from '../calls';
import { createIdleTimeout, withIdleTimeout, type IdleTimeout } from './idleTimeout';
import {
  checkKey,
  checkPrefix,
  ObjectMissing,
  ObjectStoreFull,
  ObjectStoreRefused,
  ObjectStoreUnavailable,
} from './objectStore';
import type { ObjectStore } from './objectStore';

/**
 * Objects in an S3 bucket, or in any server that speaks S3 (`endpoint`).
 *
 * S1  One attempt for each call, bounded in time: workflows retry, and the SDK's own retries would hide an outage from them. Where an object
 *     is read or a file stored, silence of the bucket is bounded, not the whole: an object may be of any size and its reader slow.
 * S2  Objects are private, or also the bucket owner's. The header is sent only for the latter, as buckets without lists refuse it.
 * S3  Checksums only where S3 asks for them: servers beside Amazon's refuse the trailing ones the SDK adds by default.
 */
export interface S3StoreOptions {
  bucket: string;
  region: string;
  /** Unset: Amazon's own for the region. Set: path-style addresses, as such servers rarely have a name for each bucket. */
  endpoint?: string | undefined;
  acl?: 'private' | 'bucket-owner-read' | 'bucket-owner-full-control' | undefined;
  /** Unset: the SDK's usual places (environment, profile, role). */
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string } | undefined;
  /** For an answer, and for each part of an object that is on its way. */
  timeoutMs?: number;
  /** What is sent has more time, by its size at this pace: a buffer as a whole, a file for each part, and after the last one to be written down. */
  slowestBytesPerMs?: number;
  onCall?: OnCall;
}

const defaultTimeoutMs = 10_000;
const defaultSlowestBytesPerMs = 256;
/** The sockets of both sides may hold so much, and take the next part of a file only once a good deal of it is through. */
const socketBytes = 4 * 1_048_576;
/** The most that one `DeleteObjects` takes. */
const deletePage = 1000;

const missingNames = new Set(['NoSuchKey', 'NotFound']);
const fullNames = new Set(['QuotaExceeded', 'XMinioStorageFull', 'InsufficientStorage']);
/** Faults of ours that pass by themselves. */
const passingNames = new Set(['RequestTimeout', 'SlowDown', 'RequestTimeTooSkewed']);

const named = (error: unknown, what: string, key?: string): Error => {
  if (error instanceof S3ServiceException) {
    const status = error.$metadata.httpStatusCode ?? 0;
    if (key !== undefined && missingNames.has(error.name)) return new ObjectMissing(key);
    if (fullNames.has(error.name) || status === 507) {
      return new ObjectStoreFull(`The bucket has no room left for ${what}: make room, then try again.`, {
        cause: error,
      });
    }
    if (status >= 400 && status < 500 && status !== 408 && status !== 429 && !passingNames.has(error.name)) {
      return new ObjectStoreRefused(
        `The bucket refuses ${what} (${error.name}): check its name, region, endpoint and credentials.`,
        { cause: error },
      );
    }
    return new ObjectStoreUnavailable(`The bucket cannot be used for ${what} (${error.name}).`, { cause: error });
  }
  if (error instanceof Error && error.name === 'CredentialsProviderError') {
    return new ObjectStoreRefused(`No credentials for the bucket were found, needed for ${what}.`, { cause: error });
  }
  const reason = error instanceof Error ? error.name : String(error);
  return new ObjectStoreUnavailable(`The bucket cannot be reached for ${what} (${reason}).`, { cause: error });
};

/** A length that is not the stated one would leave the server waiting for the rest. */
const openFile = async ({ path, bytes }: { path: string; bytes: number }): Promise<Readable> => {
  const handle = await open(path);
  const { size } = await handle.stat();
  if (size === bytes) return handle.createReadStream();
  await handle.close();
  throw new ObjectStoreUnavailable(`The file to be stored has ${size} bytes, not ${bytes}.`);
};

/** The bytes of a file; each part that is asked for says that the one before is under way. */
async function* parts(file: Readable, idle: IdleTimeout, partMs: number, lastMs: number): AsyncGenerator<Buffer> {
  for await (const part of file as AsyncIterable<Buffer>) {
    idle.start(partMs);
    yield part;
  }
  idle.start(lastMs);
}

/** The SDK writes to the console what it also throws. */
const mute = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A client of one bucket, which must exist. */
export const createS3Store = (options: S3StoreOptions): ObjectStore => {
  const {
    bucket: Bucket,
    endpoint,
    acl = 'private',
    timeoutMs = defaultTimeoutMs,
    slowestBytesPerMs = defaultSlowestBytesPerMs,
    onCall,
  } = options;
  const client = new S3Client({
    region: options.region,
    maxAttempts: 1,
    logger: mute,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // Its own socket timeout would also count while the reader of an object takes nothing.
    requestHandler: { connectionTimeout: Math.min(timeoutMs, 3000), socketTimeout: 0 },
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
  });
  const msFor = (bytes: number) => timeoutMs + Math.ceil(bytes / slowestBytesPerMs);
  const deadline = (bytes = 0) => ({ abortSignal: AbortSignal.timeout(msFor(bytes)) });
  const call = <T>(what: string, work: () => Promise<T>, key?: string) =>
    observed('objects', onCall, async () => {
      try {
        return await work();
      } catch (error) {
        throw error instanceof ObjectStoreUnavailable ? error : named(error, what, key);
      }
    });

  async function* pages(Prefix: string): AsyncGenerator<string[]> {
    let ContinuationToken: string | undefined;
    do {
      const page = await call(`listing ${Prefix}`, () =>
        client.send(
          new ListObjectsV2Command({
            Bucket,
            Prefix,
            ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
          }),
          deadline(),
        ),
      );
      yield (page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
      ContinuationToken = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (ContinuationToken !== undefined);
  }

  async function* keys(prefix: string): AsyncGenerator<string> {
    for await (const page of pages(prefix)) yield* page;
  }

  const fetchObject = async (key: string) => {
    const idle = createIdleTimeout();
    idle.start(timeoutMs);
    try {
      const answer = await client.send(new GetObjectCommand({ Bucket, Key: key }), { abortSignal: idle.signal });
      if (!(answer.Body instanceof Readable)) throw new ObjectStoreUnavailable(`The bucket sent no body for ${key}.`);
      const stream = withIdleTimeout(
        answer.Body,
        timeoutMs,
        (reason, cause) => new ObjectStoreUnavailable(`The bucket did not send all of ${key} (${reason}).`, { cause }),
      );
      return { stream, bytes: answer.ContentLength ?? 0, contentType: answer.ContentType };
    } finally {
      idle.stop();
    }
  };

  const putObject = async (key: string, Body: Buffer | Readable, bytes: number, type: string, signal: AbortSignal) => {
    await client.send(
      new PutObjectCommand({
        Bucket,
        Key: key,
        Body,
        ContentLength: bytes,
        ContentType: type,
        ...(acl === 'private' ? {} : { ACL: acl }),
      }),
      { abortSignal: signal },
    );
  };

  return {
    put: async (key, body, { contentType, signal }) => {
      checkKey(key);
      const orSignal = (own: AbortSignal) => (signal === undefined ? own : AbortSignal.any([own, signal]));
      const store = async () => {
        signal?.throwIfAborted();
        if (Buffer.isBuffer(body)) {
          await putObject(key, body, body.length, contentType, orSignal(deadline(body.length).abortSignal));
          return;
        }
        const file = await openFile(body);
        const idle = createIdleTimeout();
        idle.start(timeoutMs);
        const partMs = msFor(Math.min(body.bytes, socketBytes));
        const sent = Readable.from(parts(file, idle, partMs, msFor(body.bytes)), { objectMode: false });
        let unread: Error | undefined;
        // Also of what is destroyed below: an error that nobody listens to would end the process.
        sent.on('error', (error) => {
          unread ??= error;
          idle.abort();
        });
        try {
          await putObject(key, sent, body.bytes, contentType, orSignal(idle.signal));
        } catch (error) {
          throw unread ?? error;
        } finally {
          idle.stop();
          sent.destroy();
          file.destroy();
        }
      };
      try {
        await call(`storing ${key}`, store);
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      }
    },
    get: async (key) => {
      checkKey(key);
      return call(
        `reading ${key}`,
        async () => {
          const { stream, bytes, contentType } = await fetchObject(key);
          return { stream, bytes, contentType: contentType ?? 'application/octet-stream' };
        },
        key,
      );
    },
    read: async (key) => {
      checkKey(key);
      return call(
        `reading ${key}`,
        async () => {
          const { stream } = await fetchObject(key);
          return buffer(stream);
        },
        key,
      );
    },
    remove: async (key) => {
      checkKey(key);
      await call(`removing ${key}`, () => client.send(new DeleteObjectCommand({ Bucket, Key: key }), deadline()));
    },
    removePrefix: async (prefix) => {
      checkPrefix(prefix);
      let removed = 0;
      for await (const page of pages(prefix)) {
        for (let start = 0; start < page.length; start += deletePage) {
          const Objects = page.slice(start, start + deletePage).map((Key) => ({ Key }));
          const answer = await call(`removing ${prefix}`, () =>
            client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }), deadline()),
          );
          const fault = answer.Errors?.[0];
          if (fault !== undefined) {
            throw new ObjectStoreUnavailable(
              `The bucket kept ${fault.Key ?? prefix} (${fault.Code ?? 'no reason given'}).`,
            );
          }
          removed += Objects.length;
        }
      }
      return removed;
    },
    list: (prefix) => keys(prefix === '' ? '' : checkPrefix(prefix)),
    // A bucket shows an object once it is whole, and keeps nothing of one that is not.
    removeStrays: () => Promise.resolve(),
    ping: async () => {
      await call('its check', () => client.send(new HeadBucketCommand({ Bucket }), deadline()));
    },
    close: () => client.destroy(),
  };
};
