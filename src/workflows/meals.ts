import { ActivityFailure, ApplicationFailure, continueAsNew, setCurrentDetails, sleep } from '@temporalio/workflow';
import { mealFailures, type EmbedMeals } from '../messages/meals';
import { searchAttributes } from '../messages/searchAttributes';
import { tag } from './attributes';
import { rethrowDefect } from './failures';
import { upstream } from './proxies';

const { embedMealBatch } = upstream('llm', []);

/**
 * Embeds the meals of the catalogue whose embedding is of another method than the workers', until none is left.
 *
 * M1  Nobody waits for it, as every meal has an embedding of our own: an outage is waited out, however long.
 * M2  Meals and texts are in MongoDB alone; the history holds counts.
 */
export async function embedMeals(args: EmbedMeals): Promise<'done'> {
  const { batchMeals, batches, pauseMs, mostPauseMs } = args;
  let { embedded } = args;
  let away = 0;
  for (let batch = 0; batch < batches; batch += 1) {
    try {
      const outcome = await embedMealBatch(batchMeals);
      if (outcome.kind === 'refused') {
        await waiting('refused', `${outcome.why} ${embedded} embedded so far.`, mostPauseMs);
        continue;
      }
      away = 0;
      embedded += outcome.embedded;
      if (!outcome.left) return end(embedded);
      tell('embedding', `${embedded} embedded so far.`);
    } catch (failure) {
      rethrowDefect(failure);
      const cause = failure instanceof ActivityFailure ? failure.cause : undefined;
      if (!(cause instanceof ApplicationFailure) || cause.type !== mealFailures.embedderUnavailable) throw failure;
      const [retryAfterMs] = cause.details ?? [];
      const pause = Math.max(typeof retryAfterMs === 'number' ? retryAfterMs : 0, pauseMs * 2 ** Math.min(away, 20));
      away += 1;
      await waiting('away', `${cause.message} ${embedded} embedded so far.`, Math.min(pause, mostPauseMs));
    }
  }
  return continueAsNew<typeof embedMeals>({ ...args, embedded });
}

function tell(state: string, details: string): void {
  tag([{ key: searchAttributes.state, value: state }]);
  setCurrentDetails(details);
}

async function waiting(state: string, details: string, ms: number): Promise<void> {
  tell(state, details);
  await sleep(ms);
}

function end(embedded: number): 'done' {
  tell('done', `${embedded} embedded.`);
  return 'done';
}
