import { randomUUID } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Connection } from '@temporalio/client';
import mongoose from 'mongoose';
import { describeWithS3, freshBucket, freshDatabaseUri, freshTaskQueue, s3Access, temporalAddress } from './engines';

describe('MongoDB', () => {
  let connection: mongoose.Connection;
  beforeAll(async () => {
    connection = await mongoose.createConnection(freshDatabaseUri('engines')).asPromise();
  });
  afterAll(async () => {
    await connection.dropDatabase();
    await connection.close();
  });

  it('keeps a transaction whole', async () => {
    const dishes = connection.collection<{ name: string }>('dishes');
    await dishes.insertOne({ name: 'soup' });
    const abandoned = connection.transaction(async (session) => {
      await dishes.insertOne({ name: 'half a pie' }, { session });
      throw new Error('abandoned');
    });
    await expect(abandoned).rejects.toThrow('abandoned');
    expect(await dishes.countDocuments()).toBe(1);
  });

  it('tells a change stream of an insert', async () => {
    const dishes = connection.collection<{ name: string }>('watched');
    const stream = dishes.watch([], { maxAwaitTimeMS: 50 });
    expect(await stream.tryNext()).toBeNull(); // opens the cursor: only what comes after this is told
    await dishes.insertOne({ name: randomUUID() });
    const change = await stream.next();
    await stream.close();
    expect(change.operationType).toBe('insert');
  });

  it('gives every caller a database of its own', () => {
    expect(freshDatabaseUri('a')).not.toBe(freshDatabaseUri('a'));
    expect(freshDatabaseUri('meal photos')).toMatch(/\/meal-photos-[0-9a-f]{12}\?replicaSet=palate$/);
  });
});

describe('Temporal', () => {
  it('knows the search attributes by which runs are found', async () => {
    const connection = await Connection.connect({ address: temporalAddress() });
    try {
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
      expect(Object.keys(customAttributes)).toEqual(
        expect.arrayContaining(['PalateFeature', 'PalateOwner', 'PalateState', 'PalateReason']),
      );
    } finally {
      await connection.close();
    }
  });

  it('gives every caller a task queue of its own', () => {
    expect(freshTaskQueue()).not.toBe(freshTaskQueue());
  });
});

describeWithS3('S3', () => {
  it('returns the bytes that were put', async () => {
    const access = s3Access()!;
    const client = new S3Client({
      endpoint: access.endpoint,
      region: access.region,
      forcePathStyle: true,
      credentials: { accessKeyId: access.accessKey, secretAccessKey: access.secretKey },
    });
    const object = { Bucket: await freshBucket(access), Key: 'photos/1/original' };
    await client.send(new PutObjectCommand({ ...object, Body: Buffer.from('bytes'), ContentType: 'image/jpeg' }));
    const back = await client.send(new GetObjectCommand(object));
    expect(await back.Body?.transformToString()).toBe('bytes');
    expect(back.ContentType).toBe('image/jpeg');
    client.destroy();
  });
});
