import type { InferenceSource, PassedOver } from '../../../src/model/photos';
import { faults, type Fault } from '../../doubles/doubleServer';

/**
 * What a photo becomes while an outside system is at fault: the expected outcome of every cell, as data. `faultCells.ts` measures the
 * same on a real process, and a cell that differs fails.
 */

export type ClassifierName = Extract<InferenceSource, 'huggingface_space' | 'ml_service' | 'openai'>;
export type Service = ClassifierName | 'fdc';

/** Milliseconds of the process under test: short, and far enough apart that a busy machine does not mix them up. */
export const timing = {
  /** Of one call; a service that hangs costs this, and a machine that stands still for less does not count as one that hangs. */
  timeoutMs: 3000,
  slowMs: 300,
  /** The wait that `loading` and `too many` ask for. */
  namedWaitMs: 1000,
  circuitOpenMs: 1000,
  /** How long a request waits for its photo: an answer must be told from the machine's own pauses, so it is never cut short. */
  predictWaitMs: 60_000,
} as const;

export const faultNames = [
  'error 500',
  'loading 503',
  'credit 402',
  'too many 429',
  'HTML 200',
  'hangs',
  'reset',
  'garbage',
  'empty',
  'slow',
] as const;
export type FaultName = (typeof faultNames)[number];

export const faultOf: Readonly<Record<FaultName, Fault>> = {
  'error 500': faults.status(500),
  'loading 503': faults.loading(timing.namedWaitMs / 1000),
  'credit 402': faults.status(402),
  'too many 429': faults.tooMany(String(timing.namedWaitMs / 1000)),
  'HTML 200': faults.html(200),
  hangs: faults.hang(),
  reset: faults.reset(),
  garbage: faults.garbage(),
  empty: faults.empty(),
  slow: faults.slow(timing.slowMs),
};

export interface Outcome {
  /** What the client is answered. */
  status: number;
  state: string;
  namedBy: InferenceSource | null;
  /** Where the figures are from. Without a sure name there are none: nothing is invented. */
  figures: 'fdc' | 'table' | 'none';
  provisional: boolean;
  /** What became of the photo when the fault was over. */
  later: 'stands' | 'finished by itself' | 'waits for its user' | 'corrected by itself';
  /** Whether the service was asked for the photos that followed, before the time of its circuit was over. */
  circuit: 'open' | 'closed';
}

export interface Expected extends Outcome {
  /** What the answer may say of the faulty one; empty: it is not among those passed over. */
  passedOver: readonly PassedOver['outcome'][];
}

/** Which one is at fault, and what comes after it: nobody, another classifier, or the caption. */
export interface Situation {
  faulty: Service;
  then: ClassifierName | 'caption' | 'nobody';
}

type Silence = Exclude<PassedOver['outcome'], 'paused' | 'unsure' | 'nothing'>;

/** The one at fault speaks, late. */
const late = (by: InferenceSource): Expected => ({
  status: 200,
  state: 'analyzed',
  namedBy: by,
  figures: 'table',
  provisional: false,
  later: 'stands',
  circuit: 'closed',
  passedOver: [],
});
/** The one at fault is passed over, and the next one speaks. */
const passed = (silence: Silence, by: InferenceSource): Expected => ({
  ...late(by),
  circuit: 'open',
  passedOver: [silence, 'paused'],
});
/** Nobody else can speak: the photo waits, and is finished by the one that is back. */
const waits = (silence: Silence): Expected => ({
  status: 202,
  state: 'needs_label',
  namedBy: null,
  figures: 'none',
  provisional: false,
  later: 'finished by itself',
  circuit: 'open',
  passedOver: [silence, 'paused'],
});
/** One that refuses is not asked again for this photo; its user is. */
const asksUser: Expected = { ...waits('refused'), status: 200, later: 'waits for its user' };
/** The name stands; the figures are our own until FoodData Central is back. */
const ownFigures: Expected = {
  ...late('huggingface_space'),
  provisional: true,
  later: 'corrected by itself',
  circuit: 'open',
};

const alone = (by: ClassifierName): Readonly<Record<FaultName, Expected>> => ({
  'error 500': waits('unavailable'),
  'loading 503': waits('loading'),
  'credit 402': asksUser,
  'too many 429': waits('unavailable'),
  'HTML 200': waits('unavailable'),
  hangs: waits('unavailable'),
  reset: waits('unavailable'),
  garbage: waits('unavailable'),
  empty: waits('unavailable'),
  slow: late(by),
});

const followed = (by: ClassifierName, then: InferenceSource): Readonly<Record<FaultName, Expected>> => ({
  'error 500': passed('unavailable', then),
  'loading 503': passed('loading', then),
  'credit 402': passed('refused', then),
  'too many 429': passed('unavailable', then),
  'HTML 200': passed('unavailable', then),
  hangs: passed('unavailable', then),
  reset: passed('unavailable', then),
  garbage: passed('unavailable', then),
  empty: passed('unavailable', then),
  slow: late(by),
});

const fooddata: Readonly<Record<FaultName, Expected>> = {
  'error 500': ownFigures,
  'loading 503': ownFigures,
  'credit 402': ownFigures,
  'too many 429': ownFigures,
  'HTML 200': ownFigures,
  hangs: ownFigures,
  reset: ownFigures,
  garbage: ownFigures,
  empty: ownFigures,
  slow: { ...late('huggingface_space'), figures: 'fdc' },
};

export interface Column {
  title: string;
  situation: Situation;
  expected: Readonly<Record<FaultName, Expected>>;
}

/** OpenAI has no word for being loaded: that answer is one of a service out of order. */
const loadsNothing = (expected: Column['expected'], unavailable: Expected): Column['expected'] => ({
  ...expected,
  'loading 503': unavailable,
});
const openAi: readonly Column[] = [
  {
    title: 'OpenAI alone',
    situation: { faulty: 'openai', then: 'nobody' },
    expected: loadsNothing(alone('openai'), waits('unavailable')),
  },
  {
    title: 'OpenAI, then the caption',
    situation: { faulty: 'openai', then: 'caption' },
    expected: loadsNothing(followed('openai', 'caption'), passed('unavailable', 'caption')),
  },
];

/** The table: ten faults down, these across. */
export const columns: readonly Column[] = [
  {
    title: 'Hugging Face alone',
    situation: { faulty: 'huggingface_space', then: 'nobody' },
    expected: alone('huggingface_space'),
  },
  {
    title: 'Hugging Face, then the ML service',
    situation: { faulty: 'huggingface_space', then: 'ml_service' },
    expected: followed('huggingface_space', 'ml_service'),
  },
  { title: 'ML service alone', situation: { faulty: 'ml_service', then: 'nobody' }, expected: alone('ml_service') },
  {
    title: 'ML service, then OpenAI',
    situation: { faulty: 'ml_service', then: 'openai' },
    expected: followed('ml_service', 'openai'),
  },
  ...openAi,
  { title: 'FoodData Central', situation: { faulty: 'fdc', then: 'nobody' }, expected: fooddata },
];

/** An outcome as it stands in a cell of the page on reliability. */
export const outcomeInWords = ({ status, namedBy, figures, provisional, circuit, later }: Outcome): string =>
  [
    String(status),
    namedBy ?? 'no name, no figures',
    ...(figures === 'none' ? [] : [figures]),
    ...(provisional ? ['provisional'] : []),
    ...(circuit === 'open' ? ['then left alone'] : []),
    ...(later === 'stands' ? [] : [later]),
  ].join(', ');
