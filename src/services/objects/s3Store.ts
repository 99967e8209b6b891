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
 * S1  One attempt for each call, with a deadline: workflows retry, and the SDK's own retries would hide an outage from them.
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
  /** For a call without a body of ours; a body adds a second for each 256 KiB. */
  timeoutMs?: number;
  onCall?: OnCall;
}

const defaultTimeoutMs = 10_000;
const slowestBytesPerMs = 256;
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

/** The SDK writes to the console what it also throws. */
const mute = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A client of one bucket, which must exist. */
export const createS3Store = (options: S3StoreOptions): ObjectStore => {
  const { bucket: Bucket, endpoint, acl = 'private', timeoutMs = defaultTimeoutMs, onCall } = options;
  const client = new S3Client({
    region: options.region,
    maxAttempts: 1,
    logger: mute,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: Math.min(timeoutMs, 3000), socketTimeout: timeoutMs },
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
  });
  const deadline = (bytes = 0) => ({
    abortSignal: AbortSignal.timeout(timeoutMs + Math.ceil(bytes / slowestBytesPerMs)),
  });
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
    const answer = await client.send(new GetObjectCommand({ Bucket, Key: key }), deadline());
    if (!(answer.Body instanceof Readable)) throw new ObjectStoreUnavailable(`The bucket sent no body for ${key}.`);
    return { stream: answer.Body, bytes: answer.ContentLength ?? 0, contentType: answer.ContentType };
  };

  return {
    put: async (key, body, { contentType }) => {
      checkKey(key);
      await call(`storing ${key}`, async () => {
        const bytes = Buffer.isBuffer(body) ? body.length : body.bytes;
        const Body = Buffer.isBuffer(body) ? body : await openFile(body);
        try {
          await client.send(
            new PutObjectCommand({
              Bucket,
              Key: key,
              Body,
              ContentLength: bytes,
              ContentType: contentType,
              ...(acl === 'private' ? {} : { ACL: acl }),
            }),
            deadline(bytes),
          );
        } finally {
          if (Body instanceof Readable) Body.destroy();
        }
      });
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
          const { stream, bytes } = await fetchObject(key);
          const overdue = setTimeout(
            () => stream.destroy(new ObjectStoreUnavailable(`The bucket was too slow to send ${key}.`)),
            timeoutMs + bytes / slowestBytesPerMs,
          );
          try {
            return await buffer(stream);
          } finally {
            clearTimeout(overdue);
          }
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
    ping: async () => {
      await call('its check', () => client.send(new HeadBucketCommand({ Bucket }), deadline()));
    },
    close: () => client.destroy(),
  };
};
