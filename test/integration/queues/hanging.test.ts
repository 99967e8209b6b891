import { erasureWorkflows } from '../../../src/messages/erasure';
import { newId } from '../../../src/store/ids';
import { ReceiverDouble } from '../../doubles/contextReceiver';
import { faults } from '../../doubles/doubleServer';
import { HuggingFaceDouble } from '../../doubles/huggingFace';
import { ask, eventually, openPalate, photoForm, signUp, type House } from '../palate';
import { picture } from '../photos/meals';

jest.setTimeout(90_000);

/** A classifier and an ML service that hang for as long as they may, with more waiting for them than they have places: nothing else waits. */
interface View {
  id: string;
  status: string;
  food: string | null;
  inference_source: string | null;
  passed_over: { source: string; outcome: string; reason: string }[];
}
const people = 32;
/** Of a process, for each of the two (`worker/slots.ts`, `activities/context/push.ts`). */
const classifierPlaces = 16;
const receiverPlaces = 8;
/** Of what does not wait. Whoever waited for a place behind the others would wait for three times 20 s, or for 55 s. */
const withinMs = 25_000;

const classifier = new HuggingFaceDouble();
const receiver = new ReceiverDouble();
let house: House;
let url: string;
let mine: { token: string; id: string };
let analyzed: string;

const shown = async (id: string) => (await ask<View>(url, 'GET', `/photos/${id}`, { token: mine.token })).body;
const send = async (token: string, seed: number, fields: Record<string, string> = {}) =>
  (await ask<View>(url, 'POST', '/predict', { token, form: photoForm(await picture(seed), fields) })).body.id;

beforeAll(async () => {
  await Promise.all([classifier.start(), receiver.start()]);
  house = await openPalate('hanging', {
    HF_SPACE_URL: classifier.endpointUrl,
    HF_SPACE_TIMEOUT: '55',
    FLASK_AI_BASE_URL: receiver.baseUrl,
    INTERNAL_HMAC_SECRET: ReceiverDouble.secret,
    CONTEXT_SYNC_TIMEOUT_MS: '20000',
    CONTEXT_SYNC_DEBOUNCE_MS: '10',
    CONTEXT_SYNC_MAX_RPS: '1000',
    PREDICT_WAIT_MS: '0',
  });
  ({ url } = await house.start());
  mine = await signUp(url);
  analyzed = await send(mine.token, 7_000);
  await eventually(async () => (await shown(analyzed)).status === 'analyzed');

  classifier.always(faults.hang());
  receiver.always(faults.hang());
  const [before, beforeTold] = [classifier.calls, receiver.calls];
  await Promise.all(
    Array.from({ length: people }, async (_, at) => {
      const { token } = await signUp(url);
      await send(token, 7_100 + at);
    }),
  );
  // Every place of both is taken, and as many wait for one.
  await Promise.all([classifier.called(before + classifierPlaces), receiver.called(beforeTold + receiverPlaces)]);
}, 120_000);
afterAll(async () => {
  await Promise.all([classifier.stop(), receiver.stop()]);
  await house.close();
});

it('an account that the ML service was never told of is erased to the end', async () => {
  const { id } = await signUp(url);
  // As one of before there was an ML service.
  await eventually(
    async () => (await house.mongo.collection('context_syncs').deleteOne({ _id: id as never })).deletedCount,
  );
  const { workflow, workflowId, args } = erasureWorkflows.erase.start([id], {
    userId: id,
    receiptId: newId(),
    timing: { settleMs: 0, lateMs: 10 },
  });
  const run = await house.temporal.workflow.start(workflow, { workflowId, args, taskQueue: house.taskQueue });
  await Promise.race([
    run.result(),
    new Promise((_resolve, reject) => setTimeout(() => reject(new Error('The erasure is not over')), withinMs).unref()),
  ]);
  expect(await house.mongo.collection('accounts').findOne({ _id: id as never })).toBeNull();
});

it('a photo whose caption names foods is named by it, and says that no classifier answered in time', async () => {
  const id = await send(mine.token, 7_001, { caption: 'two boiled eggs' });
  const view = await eventually(async () => {
    const found = await shown(id);
    return found.status === 'analyzed' && found;
  }, withinMs);
  expect(view).toMatchObject({
    inference_source: 'caption',
    passed_over: [{ source: 'huggingface_space', outcome: 'unavailable', reason: 'No classifier answered in time.' }],
  });
});

it('a correction is worked in', async () => {
  const { status } = await ask(url, 'PATCH', `/history/${analyzed}`, { token: mine.token, json: { food: 'an apple' } });
  expect([200, 202]).toContain(status);
  await eventually(async () => (await shown(analyzed)).inference_source === 'user', withinMs);
});
