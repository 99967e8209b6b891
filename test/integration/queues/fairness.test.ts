import { photoWorkflows } from '../../../src/messages/photos';
import { jpegOfManyScans } from '../../hostile/pictures';
import { ask, eventually, openPalate, photoForm, signUp, type House } from '../palate';
import { picture } from '../photos/meals';

jest.setTimeout(120_000);

const many = 20;
const caption = { caption: 'two boiled eggs' };
/** Takes a decoder a good part of a second; another for each `at`. */
const slow = (at: number): Buffer => jpegOfManyScans({ width: 3_000 + at, height: 3_000 }, 60);

let house: House;
let url: string;
beforeAll(async () => {
  house = await openPalate('fairness', { PREDICT_WAIT_MS: '0' });
  ({ url } = await house.start());
});
afterAll(() => house.close());

const send = async (bytes: Buffer, token?: string) => {
  const { status, body } = await ask<{ id: string }>(url, 'POST', '/predict', {
    token,
    form: photoForm(bytes, caption),
  });
  if (status !== 200 && status !== 202) throw new Error(`The photo was answered ${status}`);
  return body.id;
};
const isAnalyzed = (id: string) => house.mongo.collection('entries').findOne({ _id: id as never, state: 'analyzed' });

/** When its picture was scheduled, opened and done with, by Temporal's clock. */
const preparing = async (id: string) => {
  const { events } = await house.temporal.workflow.getHandle(photoWorkflows.analyze.id(id)).fetchHistory();
  const list = events ?? [];
  const scheduled = list.find(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'preparePhoto',
  );
  const isOfIt = (about: { scheduledEventId?: unknown } | null | undefined) =>
    String(about?.scheduledEventId) === String(scheduled?.eventId);
  const at = (event: (typeof list)[number] | undefined) =>
    Number(event?.eventTime?.seconds) * 1000 + (event?.eventTime?.nanos ?? 0) / 1e6;
  return {
    scheduledAt: at(scheduled),
    startedAt: at(list.find((event) => isOfIt(event.activityTaskStartedEventAttributes))),
    doneAt: at(list.find((event) => isOfIt(event.activityTaskCompletedEventAttributes))),
  };
};

/** The most that were scheduled and not done at one time. */
const mostAtOnce = (spans: readonly { scheduledAt: number; doneAt: number }[]): number =>
  Math.max(
    ...spans.map(
      ({ scheduledAt: now }) => spans.filter(({ scheduledAt, doneAt }) => scheduledAt <= now && doneAt > now).length,
    ),
  );

it.each([
  ['an account', true],
  ['an anonymous address', false],
])(
  '%s that sends twenty slow pictures has two scheduled at a time; the one of another is opened after two',
  async (_who, signedIn) => {
    const [crowd, other] = [await signUp(url), await signUp(url)];
    const token = signedIn ? crowd.token : undefined;
    const mine = await Promise.all(Array.from({ length: many }, (_, at) => send(slow(at), token)));
    const theirs = await send(await picture(8_000), other.token);
    await eventually(() => isAnalyzed(theirs), 60_000);
    for (const id of mine) await eventually(() => isAnalyzed(id), 60_000);

    const [spans, span] = [await Promise.all(mine.map(preparing)), await preparing(theirs)];
    expect(mostAtOnce(spans)).toBe(2);
    const before = spans.filter(({ startedAt }) => startedAt > span.scheduledAt && startedAt < span.startedAt);
    expect(before.length).toBeLessThanOrEqual(2);
    expect(spans.filter(({ startedAt }) => startedAt > span.startedAt).length).toBeGreaterThanOrEqual(many / 2);
  },
);

it('addresses are not kept', async () => {
  const rows = await house.mongo.collection('picture_leases').find().toArray();
  expect(rows).toHaveLength(4); // three accounts that sent pictures, and one address
  expect(JSON.stringify(rows)).not.toContain('127.0.0.1');
  expect(rows.every(({ leases }) => (leases as unknown[]).length === 0)).toBe(true);
});
