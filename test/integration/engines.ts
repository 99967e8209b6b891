/**
 * How an integration test reaches the real engines that engines.setup.cjs started for the run.
 * There is one of each: a test file keeps to itself by a database, a task queue and a bucket of its own.
 */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';

export interface S3Access {
  endpoint: string;
  region: string;
  accessKey: string;
  secretKey: string;
}

/** A MongoDB URI that names a database nobody else uses. `name` is for the reader of a failure. */
export function freshDatabaseUri(name: string): string {
  const uri = new URL(given('PALATE_TEST_MONGODB_URI'));
  uri.pathname = `/${unique(name)}`;
  return uri.toString();
}

/** The workflows, bundled once before the run by engines.setup.cjs, like those of a real process. */
export const workflowBundle = { codePath: path.join(__dirname, '..', '..', 'dist', 'workflow-bundle.js') };

/** `host:port` of the Temporal server; its namespace is `default`. */
export const temporalAddress = (): string => given('PALATE_TEST_TEMPORAL_ADDRESS');

/** A task queue nobody else polls. */
export const freshTaskQueue = (name = 'queue'): string => unique(name);

/** The S3 server, or null on a machine that has none (never in CI). Use with `describeWithS3`. */
export function s3Access(): S3Access | null {
  const endpoint = process.env.PALATE_TEST_S3_ENDPOINT;
  if (endpoint === undefined) return null;
  return {
    endpoint,
    region: 'us-east-1',
    accessKey: given('PALATE_TEST_S3_ACCESS_KEY'),
    secretKey: given('PALATE_TEST_S3_SECRET_KEY'),
  };
}

/** `describe`, or `describe.skip` where no S3 server could be had: the engines' setup has said so in a line. */
export const describeWithS3 = (name: string, tests: () => void): void =>
  (s3Access() === null ? describe.skip : describe)(name, tests);

/** Makes a bucket nobody else uses, and returns its name. */
export async function freshBucket(access: S3Access, name = 'bucket'): Promise<string> {
  const bucket = unique(name).toLowerCase();
  const client = new S3Client({
    endpoint: access.endpoint,
    region: access.region,
    forcePathStyle: true,
    credentials: { accessKeyId: access.accessKey, secretAccessKey: access.secretKey },
  });
  try {
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  } finally {
    client.destroy();
  }
  return bucket;
}

/** The folder of reference data (PALATE_TEST_DATA), or null where it is not set. */
export const testData = (): string | null => process.env.PALATE_TEST_DATA ?? null;

const unique = (name: string) =>
  `${name.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 30)}-${randomBytes(6).toString('hex')}`;

function given(variable: string): string {
  const value = process.env[variable];
  if (value === undefined)
    throw new Error(`${variable} is not set: run this file with \`npx jest --selectProjects integration\``);
  return value;
}
