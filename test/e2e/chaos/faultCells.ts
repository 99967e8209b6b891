import mongoose from 'mongoose';
import type { InferenceSource, PassedOver } from '../../../src/model/photos';
import { createCircuitStore } from '../../../src/store/circuits';
import type { DoubleServer } from '../../doubles/doubleServer';
import { FooddataDouble } from '../../doubles/fooddata';
import { HuggingFaceDouble } from '../../doubles/huggingFace';
import { eventually } from '../../eventually';
import { ask, photoForm, signUp } from '../../integration/palate';
import { startPalateProcess } from '../palateProcess';
import {
  faultNames,
  faultOf,
  timing,
  type ClassifierName,
  type Column,
  type Expected,
  type FaultName,
  type Outcome,
  type Situation,
} from './faultTable';
import { OpenAiDouble } from '../../doubles/openai';
import { mosaic } from './pictures';

/**
 * Measures a column of the fault table on a Palate process of its own.
 *
 * C1  A cell ends when the service that was at fault has spoken again: the next cell then finds its circuit closed.
 * C2  After a cell that differs, process, database and doubles are made anew, so that one failure does not become ten.
 * C3  It also ends only when none of its photos is still being asked for: their late calls, and the answers these leave in the cache,
 *     would be taken for the next cell's.
 * C4  Whoever named a food to Palate is remembered there; a cell in which the user spoke is the last of its account.
 */
export interface Cell {
  column: string;
  fault: FaultName;
  measured: Outcome;
  /** What differs from the expected outcome, in words; none: as expected. */
  differences: string[];
}

/** Fresh places for a process to run on. */
export interface Places {
  mongodbUri(): string;
  temporalAddress: string;
  taskQueue(): string;
}

interface View {
  id: string;
  status: string;
  food: string | null;
  calories: number | null;
  inference_source: InferenceSource | null;
  provenance: { source: string }[];
  nutrition_facts: Record<string, number | null>;
  items: unknown[];
  passed_over?: PassedOver[];
  provisional?: boolean;
  retrying?: boolean;
}
interface Seen {
  status: number;
  view: View;
  /** Who sent it. */
  token: string;
}

/** What a caption says where one comes after the classifiers: what these see, as other words would go before theirs. */
const caption = 'two slices of pizza';
const laterWithinMs = 60_000;
/** Seven processes are asked side by side: more often, and they do little else than answer. */
const askEveryMs = 150;

interface House {
  url: string;
  token: string;
  /** The one that is at fault. */
  faulty: DoubleServer;
  /** The same words of the caption, where the situation has one. */
  words: Record<string, string>;
  forgetFoods(): Promise<void>;
  /** Whether the one at fault may be asked: its circuit is closed, or a probe is due. */
  mayAsk(): Promise<boolean>;
  close(): Promise<void>;
}

const seconds = (ms: number) => String(ms / 1000);

async function openHouse(situation: Situation, places: Places): Promise<House> {
  const classifiers = { huggingface_space: HuggingFaceDouble, ml_service: HuggingFaceDouble, openai: OpenAiDouble };
  const addressOf: Record<ClassifierName, (double: DoubleServer) => Record<string, string>> = {
    huggingface_space: ({ url }) => ({ HF_SPACE_URL: `${url}/models/nateraw/food` }),
    ml_service: ({ url }) => ({ ML_SERVICE_URL: `${url}/predict` }),
    openai: ({ url }) => ({ OPENAI_BASE_URL: `${url}/v1`, OPENAI_API_KEY: 'sk-chaos', OPENAI_MODEL: 'gpt-4o-mini' }),
  };
  const doubles: DoubleServer[] = [];
  const env: Record<string, string> = {};
  const add = async (name: ClassifierName): Promise<DoubleServer> => {
    const double = await new classifiers[name]().start();
    doubles.push(double);
    Object.assign(env, addressOf[name](double));
    return double;
  };
  let faulty: DoubleServer;
  if (situation.faulty === 'fdc') {
    await add('huggingface_space');
    const fooddata = await new FooddataDouble().start();
    doubles.push(fooddata);
    Object.assign(env, { FDC_BASE_URL: fooddata.baseUrl, FDC_API_KEY: 'chaos' });
    faulty = fooddata;
  } else {
    faulty = await add(situation.faulty);
  }
  if (situation.then !== 'nobody' && situation.then !== 'caption') await add(situation.then);

  const mongodbUri = places.mongodbUri();
  const palate = await startPalateProcess({
    mongodbUri,
    temporalAddress: places.temporalAddress,
    env: {
      ...env,
      TEMPORAL_TASK_QUEUE: places.taskQueue(),
      HF_SPACE_TIMEOUT: seconds(timing.timeoutMs),
      FDC_TIMEOUT: seconds(timing.timeoutMs),
      PREDICT_WAIT_MS: String(timing.predictWaitMs),
      PHOTO_CLASSIFY_ATTEMPTS: '2',
      PHOTO_CLASSIFY_RETRY_MS: '50',
      PHOTO_REASK_MS: '300',
      PHOTO_REASK_MAX_MS: '300',
      CIRCUIT_FAILURES: '1',
      CIRCUIT_OPEN_MS: String(timing.circuitOpenMs),
      CIRCUIT_OPEN_MAX_MS: String(timing.circuitOpenMs),
      CIRCUIT_REFUSED_MS: String(timing.circuitOpenMs),
      LOG_LEVEL: 'warn',
    },
  });
  const mongo = await mongoose.createConnection(mongodbUri).asPromise();
  const circuits = createCircuitStore(mongo);
  return {
    url: palate.url,
    token: (await signUp(palate.url)).token,
    faulty,
    words: situation.then === 'caption' ? { caption } : {},
    async forgetFoods() {
      await mongo.collection('food_answers').deleteMany({});
    },
    async mayAsk() {
      const { until } = await circuits.find(situation.faulty);
      return until === null || until.getTime() <= Date.now();
    },
    async close() {
      await palate.stop();
      await mongo.close();
      for (const double of doubles) await double.stop();
    },
  };
}

/** What a 202 says in place of a name, for clients that know no 202. */
const unnamed = 'Still being analysed';

const figuresOf = (view: View, status = 200): Outcome['figures'] => {
  const { nutrition_facts, provenance, items, calories, food } = view;
  const named = food !== (status === 202 ? unnamed : null);
  const some = calories !== null || named || items.length > 0 || provenance.length > 0;
  if (!some && Object.values(nutrition_facts).every((value) => value === null)) return 'none';
  return provenance.some(({ source }) => source === 'fdc') ? 'fdc' : 'table';
};

let seed = 0;

/** Measures every fault of a column, one after the other; `next`: photos sent after the first while the fault lasts. */
export async function measureColumn(column: Column, places: Places, { next }: { next: number }): Promise<Cell[]> {
  const { situation } = column;
  const named: InferenceSource = situation.faulty === 'fdc' ? 'huggingface_space' : situation.faulty;
  const cells: Cell[] = [];
  let house = await openHouse(situation, places);

  /** The photos of the cell that is being measured. */
  let sent: Seen[] = [];
  const send = async (): Promise<Seen> => {
    const { token } = house;
    const form = photoForm(await mosaic((seed += 1)), house.words);
    const { status, body } = await ask<View>(house.url, 'POST', '/predict', { token, form });
    const seen = { status, view: body, token };
    sent.push(seen);
    return seen;
  };
  const look = async (id: string, token = house.token) =>
    (await ask<View>(house.url, 'GET', `/photos/${id}`, { token })).body;
  /** Waits until no photo of the cell is asked for any more (C3). */
  const settle = async (): Promise<void> => {
    for (const { view, token } of sent) {
      await eventually(
        async () => {
          const { status, provisional, retrying } = await look(view.id, token);
          return status !== 'analyzing' && provisional !== true && retrying !== true;
        },
        laterWithinMs,
        askEveryMs,
      );
    }
    sent = [];
  };
  /** What an entry was before: a correction is no secret. */
  const versionsOf = async (id: string) => {
    const { token } = house;
    const { body } = await ask<{ versions?: unknown[] }>(house.url, 'GET', `/history/${id}`, { token });
    return body.versions?.length ?? 0;
  };
  const isBack = ({ view }: Pick<Seen, 'view'>) =>
    view.inference_source === named && (situation.faulty !== 'fdc' || figuresOf(view) === 'fdc');

  /** What became of the first photo once the fault was over, and the service is known to be back. */
  const later = async ({ view }: Seen, expected: Expected): Promise<Outcome['later']> => {
    if (expected.later === 'finished by itself' || expected.later === 'corrected by itself') {
      const settled = await eventually(
        async () => {
          const now = await look(view.id);
          return now.status === 'analyzed' && isBack({ view: now }) && now.provisional !== true && now;
        },
        laterWithinMs,
        askEveryMs,
      ).catch(() => null);
      if (settled && view.status !== 'analyzed') return 'finished by itself';
      if (settled && (await versionsOf(view.id)) > 0) return 'corrected by itself';
    }
    // Each photo that is sent before is analysed without it, and one more that waits.
    await eventually(() => house.mayAsk(), laterWithinMs);
    await eventually(async () => isBack(await send()), laterWithinMs, askEveryMs);
    const now = await look(view.id);
    if (now.status !== 'needs_label') return 'stands';
    const { status } = await ask(house.url, 'PATCH', `/history/${view.id}`, {
      token: house.token,
      json: { food: 'two boiled eggs' },
    });
    const spoken = await eventually(
      async () => {
        const corrected = await look(view.id);
        return corrected.status === 'analyzed' && corrected;
      },
      laterWithinMs,
      askEveryMs,
    );
    house.token = (await signUp(house.url)).token;
    if (spoken.inference_source !== 'user') throw new Error(`A label was answered ${status}, and changed nothing`);
    return 'waits for its user';
  };

  const measure = async (fault: FaultName, expected: Expected): Promise<Cell> => {
    const { faulty } = house;
    await house.forgetFoods();
    faulty.always(faultOf[fault]);
    const first = await send();
    const answeredMs = performance.now();
    const before = faulty.calls;
    const quietUntilMs = (faulty.received.at(-1)?.atMs ?? answeredMs) + timing.circuitOpenMs;
    const following: Seen[] = [];
    for (let photo = 0; photo < next; photo += 1) {
      await house.forgetFoods();
      following.push(await send());
    }
    const calls = faulty.received.slice(before);
    // One that is left alone may be tried once its time is over, which on a slow machine is before the last of these photos.
    const asked = expected.circuit === 'open' ? calls.filter(({ atMs }) => atMs < quietUntilMs) : calls;
    faulty.always(null);
    const measured: Outcome = {
      ...answerOf(first),
      later: await later(first, expected),
      circuit: asked.length === 0 ? 'open' : 'closed',
    };
    await settle();
    const differences = [
      ...differing(measured, expected),
      ...following.flatMap((seen, at) => inconsistent(answerOf(seen), measured, `photo ${at + 2}`)),
      ...[first, ...following].flatMap(({ view }) => unexplained(view, situation, expected)),
    ];
    return {
      column: column.title,
      fault,
      measured,
      differences: [...new Set(differences)],
    };
  };

  try {
    for (const fault of faultNames) {
      const expected = column.expected[fault];
      const cell = await measure(fault, expected).catch((error: unknown): Cell => ({
        column: column.title,
        fault,
        measured: expected,
        differences: [`could not be measured: ${error instanceof Error ? error.message : String(error)}`],
      }));
      cells.push(cell);
      if (cell.differences.length === 0) continue;
      await house.close();
      sent = [];
      house = await openHouse(situation, places);
    }
    return cells;
  } finally {
    await house.close();
  }
}

type Answered = Omit<Outcome, 'later' | 'circuit'>;

const answerOf = ({ status, view }: Seen): Answered => ({
  status,
  state: view.status,
  namedBy: view.inference_source,
  figures: figuresOf(view, status),
  provisional: view.provisional ?? false,
});

const facts = ['status', 'state', 'namedBy', 'figures', 'provisional'] as const;

function differing(measured: Outcome, expected: Expected): string[] {
  return [...facts, 'later' as const, 'circuit' as const]
    .filter((fact) => measured[fact] !== expected[fact])
    .map((fact) => `${fact}: ${String(measured[fact])} instead of ${String(expected[fact])}`);
}

/** The photos that follow are answered like the first. */
const inconsistent = (answer: Answered, first: Outcome, which: string): string[] =>
  facts
    .filter((fact) => answer[fact] !== first[fact])
    .map((fact) => `${which}: ${fact} is ${String(answer[fact])}, of the first it was ${String(first[fact])}`);

/** Whether the answer says, as expected, why the faulty classifier did not decide. */
function unexplained(view: View, { faulty }: Situation, expected: Expected): string[] {
  if (faulty === 'fdc') return [];
  const said = view.passed_over?.find(({ source }) => source === faulty);
  if (said === undefined) return expected.passedOver.length === 0 ? [] : ['passed_over does not name the faulty one'];
  if (said.reason.trim() === '') return ['passed_over gives no reason'];
  return expected.passedOver.includes(said.outcome) ? [] : [`passed_over says ${said.outcome}`];
}
