import { faults } from '../../doubles/doubleServer';
import { HuggingFaceDouble } from '../../doubles/huggingFace';
import { ask, eventually, openPalate, photoForm, signUp, type House } from '../palate';
import { picture } from './meals';
import { resultOf } from '../resultOf';

jest.setTimeout(60_000);

/** The user's word, deletions and operators against a run that is in the middle of something: the word stands, and its pictures. */
interface View {
  id: string;
  status: string;
  food: string | null;
  image_url: string | null;
  inference_source: string | null;
}
const timing = {
  PHOTO_CLASSIFY_RETRY_MS: '20',
  PHOTO_CLASSIFY_ATTEMPTS: '2',
  PHOTO_REASK_MS: '150',
  PHOTO_REASK_MAX_MS: '300',
};

describe.each([
  ['cached', {}],
  ['replayed at each step', { maxCachedWorkflows: 0 }],
])('workflows %s', (_name, worker) => {
  const classifier = new HuggingFaceDouble();
  let house: House;
  let url: string;
  let token: string;
  let seed = 500;
  const send = async (fields: Record<string, string> = {}) =>
    ask<View>(url, 'POST', '/predict', { token, form: photoForm(await picture((seed += 1)), fields) });
  const read = async (id: string) => (await ask<View>(url, 'GET', `/photos/${id}`, { token })).body;
  const objectsOf = async (id: string) => {
    const found: string[] = [];
    for await (const key of house.objects.list(`photos/${id}/`)) found.push(key.split('/').at(-1)!);
    return found.sort();
  };
  const outcomeOf = (id: string) => resultOf<string>(house.temporal, `photo:${id}`);
  const newest = async () => {
    const { body } = await ask<{ items: View[] }>(url, 'GET', '/history?limit=1', { token });
    return body.items[0];
  };

  beforeAll(async () => {
    await classifier.start();
    house = await openPalate(
      'races',
      { ...timing, PHOTO_REASK_FOR_MS: '2000', HF_SPACE_URL: classifier.endpointUrl },
      worker,
    );
    ({ url } = await house.start());
  });
  beforeEach(async () => {
    classifier.reset();
    ({ token } = await signUp(url));
  });
  afterAll(async () => {
    await house.close();
    await classifier.stop();
  });

  it.each([
    ['sure', HuggingFaceDouble.pizza],
    ['unsure, which would be a rejection', [{ label: 'pizza', score: 0.2 }]],
  ])(
    'a word given while the classifier thinks stands with its pictures; the classifier is %s',
    async (_kind, scores) => {
      const answer = classifier.answers(scores).holdNext();
      const waiting = send();
      const entry = await eventually(async () => classifier.calls > 0 && newest());
      const corrected = await ask<View>(url, 'PATCH', `/history/${entry.id}`, { token, json: { food: 'an apple' } });
      expect(corrected.body).toMatchObject({ status: 'analyzed', inference_source: 'user' });
      answer();
      expect(await outcomeOf(entry.id)).toBe('labelled');
      expect((await waiting).body).toMatchObject({ id: entry.id, status: 'analyzed', inference_source: 'user' });
      expect(await read(entry.id)).toMatchObject({ status: 'analyzed', inference_source: 'user' });
      expect(await objectsOf(entry.id)).toEqual(['picture.jpg', 'thumbnail.jpg']);
    },
  );

  it('an entry deleted while the classifier thinks leaves no object', async () => {
    const answer = classifier.holdNext();
    const waiting = send();
    const entry = await eventually(async () => classifier.calls > 0 && newest());
    expect((await ask(url, 'DELETE', `/history/${entry.id}`, { token })).status).toBe(204);
    answer();
    expect((await waiting).status).toBe(410);
    expect(await outcomeOf(entry.id)).toBe('gone');
    expect(await objectsOf(entry.id)).toEqual([]);
  });

  it('an entry deleted while it waits for a label ends as gone', async () => {
    classifier.always(faults.status(500));
    const { body } = await send();
    expect((await ask(url, 'DELETE', `/history/${body.id}`, { token })).status).toBe(204);
    expect(await outcomeOf(body.id)).toBe('gone');
  });

  it('a run that an operator cancels leaves the entry to the user, with its picture', async () => {
    const answer = classifier.holdNext();
    const waiting = send();
    const entry = await eventually(async () => classifier.calls > 0 && newest());
    await house.temporal.workflow.getHandle(`photo:${entry.id}`).cancel();
    answer();
    expect((await waiting).body).toMatchObject({ status: 'needs_label' });
    expect(await objectsOf(entry.id)).toEqual(['picture.jpg', 'thumbnail.jpg']);
    const corrected = await ask<View>(url, 'PATCH', `/history/${entry.id}`, { token, json: { food: 'an apple' } });
    expect(corrected.body.status).toBe('analyzed');
  });

  it('a classifier that stays away is not asked for ever; the entry goes on waiting for a word', async () => {
    classifier.always(faults.status(500));
    const { body } = await send();
    expect(body.status).toBe('needs_label');
    expect(await outcomeOf(body.id)).toBe('unlabelled');
    expect(await read(body.id)).toMatchObject({ status: 'needs_label' });
    expect(
      (await ask<View>(url, 'PATCH', `/history/${body.id}`, { token, json: { food: 'an apple' } })).body.status,
    ).toBe('analyzed');
  });

  it('a classifier that is back and unsure does not take away what the user has kept', async () => {
    classifier.always(faults.status(500));
    const { body } = await send();
    classifier.always(null).answers([{ label: 'pizza', score: 0.2 }]);
    expect(await outcomeOf(body.id)).toBe('unlabelled');
    expect(await read(body.id)).toMatchObject({ status: 'needs_label' });
    expect(await objectsOf(body.id)).toEqual(['picture.jpg', 'thumbnail.jpg']);
  });
});
