import { faults } from '../../doubles/doubleServer';
import { HuggingFaceDouble } from '../../doubles/huggingFace';
import { describeWithS3, freshBucket, s3Access } from '../engines';
import { ask, eventually, openPalate, photoForm, signUp, type House } from '../palate';
import { picture } from './meals';

jest.setTimeout(60_000);

/** What happens to a photo when parts are away, clients leave, and time passes. */
interface View {
  id: string;
  status: string;
  image_url: string | null;
}
const caption = { caption: 'two boiled eggs' };
const keysOf = async (house: House, prefix = '') => {
  const found: string[] = [];
  for await (const key of house.objects.list(prefix)) found.push(key);
  return found;
};
/** Nobody listens there. */
const nowhere = '127.0.0.1:1';

describe('a photo', () => {
  let house: House;
  beforeAll(async () => {
    house = await openPalate('lifecycle');
  });
  afterAll(() => house.close());

  it('is kept while Temporal is away, and analysed once it is back', async () => {
    const api = await house.start({ PALATE_ROLE: 'api', TEMPORAL_ADDRESS: nowhere });
    const { token } = await signUp(api.url);
    const { status, body, headers } = await ask<View>(api.url, 'POST', '/predict', {
      token,
      form: photoForm(await picture(1), caption),
    });
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/photos/${body.id}`);
    expect(await house.store.launches.countPending()).toBe(1);
    expect((await ask(api.url, 'GET', '/health')).body).toMatchObject({
      status: 'degraded',
      parts: { temporal: { status: 'down' } },
    });
    expect((await ask(api.url, 'GET', '/health/ready')).status).toBe(200);

    house.time.passedMs += 10_000; // what was put off is due
    const worker = await house.start({ PALATE_ROLE: 'worker' });
    await eventually(
      async () => (await ask<View>(api.url, 'GET', `/photos/${body.id}`, { token })).body.status === 'analyzed',
    );
    expect(await house.store.launches.countPending()).toBe(0);
    await worker.stop();
    await api.stop();
  });

  it('waits for a worker; the request answers 202 and the same id answers later', async () => {
    const api = await house.start({ PALATE_ROLE: 'api', PREDICT_WAIT_MS: '300' });
    const { token } = await signUp(api.url);
    // The connection to Temporal is made in the background.
    await eventually(
      async () =>
        (await ask<{ parts: { temporal: { status: string } } }>(api.url, 'GET', '/health')).body.parts.temporal
          .status === 'up',
    );
    const { status, body } = await ask<View>(api.url, 'POST', '/predict', {
      token,
      form: photoForm(await picture(2), caption),
    });
    expect(status).toBe(202);
    expect(body.status).toBe('analyzing');
    const worker = await house.start({ PALATE_ROLE: 'worker' });
    await eventually(
      async () => (await ask<View>(api.url, 'GET', `/photos/${body.id}`, { token })).body.status === 'analyzed',
    );
    await worker.stop();
    await api.stop();
  });

  it('goes on when the client hangs up; a repeat under the same key answers it', async () => {
    const classifier = await new HuggingFaceDouble().start();
    const answer = classifier.holdNext();
    const palate = await house.start({ HF_SPACE_URL: classifier.endpointUrl });
    const { token } = await signUp(palate.url);
    const bytes = await picture(3);
    const headers = { 'idempotency-key': 'hung-up' };
    const leave = new AbortController();
    const left = ask(palate.url, 'POST', '/predict', { token, form: photoForm(bytes), headers, signal: leave.signal });
    await eventually(() => Promise.resolve(classifier.calls > 0));
    leave.abort();
    await expect(left).rejects.toThrow();
    answer();
    const again = await eventually(async () => {
      const answer = await ask<View>(palate.url, 'POST', '/predict', { token, form: photoForm(bytes), headers });
      return answer.status === 200 && answer;
    });
    expect(again.body.status).toBe('analyzed');
    expect(classifier.calls).toBe(1);
    await palate.stop();
    await classifier.stop();
  });

  it('without an account is gone after 24 hours, row and objects', async () => {
    const palate = await house.start();
    const before = await keysOf(house);
    const { body, headers } = await ask<View>(palate.url, 'POST', '/predict', {
      form: photoForm(await picture(4), caption),
    });
    expect(body.status).toBe('analyzed');
    expect(await keysOf(house, `photos/${body.id}/`)).toHaveLength(2);
    await reap(house, 'early');
    expect((await ask(palate.url, 'GET', headers.get('location')!)).status).toBe(200);
    house.time.passedMs += 25 * 3600_000;
    await reap(house, 'late');
    expect((await ask(palate.url, 'GET', headers.get('location')!)).status).toBe(404);
    expect(await keysOf(house)).toEqual(before);
    await palate.stop();
  });

  it('whose request died between object and row leaves nothing for good', async () => {
    const palate = await house.start();
    const id = 'aaaaaaaaaaaaaaaaaaaaaaaa';
    await house.store.photos.claimObjects(id, null, `photos/${id}/`);
    await house.objects.put(`photos/${id}/original`, Buffer.from('bytes'), { contentType: 'image/jpeg' });
    await reap(house, 'young claim');
    expect(await keysOf(house, `photos/${id}/`)).toHaveLength(1);
    house.time.passedMs += 2 * 3600_000;
    await reap(house, 'old claim');
    expect(await keysOf(house, `photos/${id}/`)).toHaveLength(0);
    await palate.stop();
  });

  it('keeps its pictures where a claim was written after it stood', async () => {
    const palate = await house.start();
    const { token } = await signUp(palate.url);
    const { body } = await ask<View>(palate.url, 'POST', '/predict', {
      token,
      form: photoForm(await picture(7), caption),
    });
    const [prefix, claims] = [`photos/${body.id}/`, house.mongo.collection<{ _id: string }>('objectClaims')];
    await house.store.photos.claimObjects(body.id, null, prefix);
    house.time.passedMs += 2 * 3600_000;
    await reap(house, 'late claim');
    expect(await claims.findOne({ _id: body.id })).toBeNull();
    expect(await keysOf(house, prefix)).toHaveLength(2);
    await palate.stop();
  });

  it('goes with its owner: an erasure leaves no row, no object and no run, and a receipt', async () => {
    const classifier = await new HuggingFaceDouble().start();
    classifier.always(faults.status(500));
    const palate = await house.start({ HF_SPACE_URL: classifier.endpointUrl, PHOTO_CLASSIFY_RETRY_MS: '10' });
    const person = await signUp(palate.url);
    const done = await ask<View>(palate.url, 'POST', '/predict', {
      token: person.token,
      form: photoForm(await picture(5), caption),
    });
    const waiting = await ask<View>(palate.url, 'POST', '/predict', {
      token: person.token,
      form: photoForm(await picture(6)),
    });
    expect(waiting.body.status).toBe('needs_label');
    const erased = await ask(palate.url, 'DELETE', '/api/auth/me', { token: person.token });
    expect(erased.status).toBe(202);
    const location = erased.headers.get('location')!;
    const receipt = await eventually(async () => {
      const { body } = await ask<{ state: string; removed: Record<string, number> }>(palate.url, 'GET', location);
      return body.state === 'done' && body;
    }, 40_000);
    expect(receipt.removed.photos).toBe(2);
    expect(JSON.stringify(receipt)).not.toContain(person.email);
    for (const { body } of [done, waiting]) {
      expect(await house.store.photos.find(body.id)).toBeNull();
      expect(await keysOf(house, `photos/${body.id}/`)).toEqual([]);
    }
    expect((await house.temporal.workflow.getHandle(`photo:${waiting.body.id}`).describe()).status.name).toBe(
      'TERMINATED',
    );
    await palate.stop();
    await classifier.stop();
  });
});

/** What the schedule does, now. */
async function reap(house: House, name: string): Promise<void> {
  await house.temporal.workflow.execute('reapEntries', {
    workflowId: `reap-${house.taskQueue}-${name}`,
    taskQueue: house.taskQueue,
    args: [{ batches: 10, removed: 0 }],
  });
}

describeWithS3('on S3', () => {
  it('a photo is stored, shown, deleted; a rejected one leaves nothing', async () => {
    const access = s3Access()!;
    const classifier = await new HuggingFaceDouble().start();
    const house = await openPalate('photos-s3', {
      STORAGE_BACKEND: 'aws',
      AWS_BUCKET_NAME: await freshBucket(access, 'photos'),
      AWS_REGION: access.region,
      AWS_S3_ENDPOINT: access.endpoint,
      AWS_ACCESS_KEY_ID: access.accessKey,
      AWS_SECRET_ACCESS_KEY: access.secretKey,
      HF_SPACE_URL: classifier.endpointUrl,
    });
    const { url } = await house.start();
    const { token } = await signUp(url);
    const { body } = await ask<View>(url, 'POST', '/predict', { token, form: photoForm(await picture(1)) });
    expect(body.status).toBe('analyzed');
    expect((await fetch(body.image_url!)).status).toBe(200);
    expect((await ask(url, 'DELETE', `/history/${body.id}`, { token })).status).toBe(204);
    expect((await fetch(body.image_url!)).status).toBe(404);
    classifier.answers([{ label: 'pizza', score: 0.2 }]);
    const rejected = await ask<View>(url, 'POST', '/predict', { token, form: photoForm(await picture(2)) });
    expect(rejected.body.status).toBe('hf_rejected');
    await house.close();
    await classifier.stop();
  });
});
