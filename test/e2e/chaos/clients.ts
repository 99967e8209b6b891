import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../../eventually';
import { ask, photoForm, signUp } from '../../integration/palate';
import { mosaic } from './pictures';

/**
 * An account whose clients send one photo after the other, some at a time, while something is done to the house. They do what good
 * clients do: after a broken connection or a 5xx they wait until the API is ready and send the same photo under the same
 * `Idempotency-Key`; at 409 they wait as long as they are told; at 401 they sign in again.
 */
export interface PhotoClients {
  readonly ownerId: Promise<string>;
  /** Every answer that was seen, by its status; `broken` is a connection that ended without one. */
  readonly answers: Readonly<Record<string, number>>;
  /** Ids that were answered 200 or 202, and whether the figures stood by then. */
  readonly acknowledged: readonly { id: string; finished: boolean }[];
  /** Photos whose client went away after a broken connection or a 5xx. */
  readonly gaveUp: number;
  /** Whether none sends any more until it makes sense to: each was refused and waits, or has nothing left to send. */
  readonly held: boolean;
  /** Resolves once so many photos have their last answer. */
  settled(photos: number): Promise<void>;
  /** Resolves once all have. */
  readonly done: Promise<void>;
}

export interface ClientsOptions {
  url: string;
  photos: number;
  concurrency: number;
  /** Resolves once it makes sense to send again. */
  untilBack: () => Promise<unknown>;
  /** Every n-th photo's client does not come back after a fault; 0: all do. */
  givesUpEvery?: number;
}

interface View {
  id: string;
  status: string;
}

const settledWithinMs = 180_000;
/** Of one request: more than it ever waits, so that only what hangs is given up. */
const patienceMs = 60_000;

export function startClients(options: ClientsOptions): PhotoClients {
  const { url, photos, concurrency, untilBack, givesUpEvery = 0 } = options;
  const answers: Record<string, number> = {};
  const acknowledged: { id: string; finished: boolean }[] = [];
  let gaveUp = 0;
  let next = 0;
  let sending = concurrency;
  const person = signUp(url);
  let token: Promise<string> = person.then((one) => one.token);
  const signInAgain = async () => {
    const { email, password } = await person;
    const { body } = await ask<{ access_token: string }>(url, 'POST', '/api/auth/login', { json: { email, password } });
    return body.access_token;
  };

  const sendOne = async (photo: number): Promise<void> => {
    const picture = await mosaic(10_000 + photo);
    for (;;) {
      const answer = await ask<View>(url, 'POST', '/predict', {
        token: await token,
        form: photoForm(picture),
        headers: { 'idempotency-key': `photo-${photo}` },
        signal: AbortSignal.timeout(patienceMs),
      }).catch(() => null);
      const status = answer === null ? 'broken' : String(answer.status);
      answers[status] = (answers[status] ?? 0) + 1;
      if (answer?.status === 200 || answer?.status === 202) {
        acknowledged.push({ id: answer.body.id, finished: answer.body.status === 'analyzed' });
        return;
      }
      if (answer === null || answer.status >= 500) {
        if (givesUpEvery > 0 && photo % givesUpEvery === 0) {
          gaveUp += 1;
          return;
        }
        sending -= 1;
        await untilBack();
        sending += 1;
      } else if (answer.status === 409) {
        await pause(Number(answer.headers.get('retry-after')) * 1000);
      } else if (answer.status === 401) {
        token = signInAgain();
      } else {
        throw new Error(`A photo was answered ${status}: ${JSON.stringify(answer.body)}`);
      }
    }
  };

  const client = async () => {
    while (next < photos) {
      next += 1;
      await sendOne(next);
    }
    sending -= 1;
  };
  const done = Promise.all(Array.from({ length: concurrency }, client)).then(() => undefined);
  let failed: Error | null = null;
  done.catch((error: unknown) => (failed = error instanceof Error ? error : new Error(String(error))));

  return {
    ownerId: person.then(({ id }) => id),
    answers,
    acknowledged,
    get gaveUp() {
      return gaveUp;
    },
    get held() {
      return sending === 0;
    },
    async settled(count) {
      await eventually(() => {
        if (failed !== null) throw failed;
        return Promise.resolve(acknowledged.length + gaveUp >= count);
      }, settledWithinMs);
    },
    done,
  };
}
