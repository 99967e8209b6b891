import { createHttpReceiver } from '../../../src/services/contextReceiver';
import { ReceiverDouble } from '../../doubles/contextReceiver';
import { faults } from '../../doubles/doubleServer';

/** The stand-in tells a sender that goes wrong from one that does not: other tests rely on it. */
const receiver = new ReceiverDouble();
const tell = (data: Record<string, unknown>, userId = 'u1') =>
  createHttpReceiver({
    baseUrl: receiver.baseUrl,
    path: '/internal/sync-user',
    batchUrl: null,
    secrets: [ReceiverDouble.secret],
    timeoutMs: 2000,
    retryAfterCapMs: 60_000,
  })
    .push({ userId, data }, new AbortController().signal)
    .catch((fault: unknown) => (fault as { reason: string }).reason);

beforeAll(() => receiver.start());
afterAll(() => receiver.stop());
beforeEach(() => receiver.reset());

test('keeps what it takes in last, and sees that an older one was sent after a newer acknowledgement', async () => {
  await tell({ contextVersion: 2 });
  await tell({ contextVersion: 1 }, 'u2');
  expect(receiver.sentBackwards).toEqual([]);
  await tell({ contextVersion: 1 });
  expect(receiver.users.get('u1')).toEqual({ contextVersion: 1 });
  expect(receiver.sentBackwards).toMatchObject([{ userId: 'u1', contextVersion: 1 }]);
});

test('an answer that was lost acknowledged nothing, though the context was taken in', async () => {
  receiver.next(faults.lost());
  await expect(tell({ contextVersion: 2 })).resolves.toBe('network');
  await tell({ contextVersion: 1 });
  expect(receiver.toldOf('u1').map(({ processedAt, answer }) => [processedAt !== null, answer])).toEqual([
    [true, null],
    [true, 200],
  ]);
  expect(receiver.sentBackwards).toEqual([]);
});

test('drops what is older where it knows versions, and acknowledges it', async () => {
  receiver.versionAware();
  await tell({ contextVersion: 2 });
  await expect(tell({ contextVersion: 1 })).resolves.toBe(200);
  expect(receiver.users.get('u1')).toEqual({ contextVersion: 2 });
});

test('merges sections into the version they are based on, and only into that', async () => {
  receiver.takesDeltas();
  await expect(tell({ contextVersion: 2, baseVersion: 1, user: 2 })).resolves.toBe('conflict');
  await tell({ contextVersion: 1, user: 1, feedback: 1 });
  await expect(tell({ contextVersion: 2, baseVersion: 1, user: 2 })).resolves.toBe(200);
  await expect(tell({ contextVersion: 3, baseVersion: 1, user: 3 })).resolves.toBe('conflict');
  expect(receiver.users.get('u1')).toEqual({ contextVersion: 2, user: 2, feedback: 1 });
});

test('fails as SmartBite’s normaliser does where what was liked or skipped names no `meal`', async () => {
  const liked = { type: 'liked', mealId: 'm' };
  const skipped = { status: 'skipped', mealId: 'm' };
  await expect(tell({ feedback: [liked] })).resolves.toBe('server_error');
  await expect(tell({ adherenceHistory: [skipped] })).resolves.toBe('server_error');
  expect(receiver.users.has('u1')).toBe(false);
  const whole = { feedback: [{ ...liked, meal: 'm' }], adherenceHistory: [{ ...skipped, meal: 'm' }] };
  await expect(tell(whole)).resolves.toBe(200);
  await expect(tell({ feedback: [{ type: 'disliked' }] })).resolves.toBe(200);
});

test('may want all that SmartBite’s normaliser reads of a context, and passes over what it does not know', async () => {
  receiver.normalisesWhole();
  const whole = { user: { username: 'u1' }, constraints: { maxCookTime: 30 }, feedback: [], adherenceHistory: [] };
  await expect(tell({ ...whole, more: 1 })).resolves.toBe(200);
  const lacking = [
    { ...whole, user: { id: 'u1' } },
    { ...whole, constraints: { cookTime: 30 } },
    { ...whole, feedback: undefined },
    { ...whole, adherenceHistory: [{ status: 'skipped', mealId: 'm' }] },
  ];
  for (const data of lacking) await expect(tell(data)).resolves.toBe('server_error');
});

test('refuses a time that is more than 300 s off', async () => {
  receiver.tellsTime(() => Date.now() + 310_000);
  await expect(tell({ contextVersion: 1 })).resolves.toBe('unauthorized');
  receiver.tellsTime(() => Date.now() + 290_000);
  await expect(tell({ contextVersion: 1 })).resolves.toBe(200);
});

test('refuses what is not signed, or says too little', async () => {
  receiver.wantsSecrets('another');
  await expect(tell({ contextVersion: 1 })).resolves.toBe('unauthorized');
  receiver.wantsSecrets(ReceiverDouble.secret);
  await expect(tell({ contextVersion: 1 }, '')).resolves.toBe('rejected');
  expect(receiver.users.size).toBe(0);
});
