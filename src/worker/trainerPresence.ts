import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { trainerSeenMs } from '../activities/training/registry';
import type { TrainerStore } from '../store/training/trainers';
import { startPoller, type Poller } from './poller';

/** Says that this trainer runs, so that one more training has its turn. */
export function startTrainerPresence({
  store,
  log,
}: {
  store: { training: { trainers: TrainerStore } };
  log: Pick<Logger, 'warn'>;
}): Pick<Poller, 'stop'> {
  const { trainers } = store.training;
  const id = randomUUID();
  const everyMs = trainerSeenMs / 4;
  const poller = startPoller({
    async poll() {
      await trainers.see(id);
      return everyMs;
    },
    onError: (error) => log.warn({ err: error }, 'this trainer could not say that it runs; it goes on'),
    retryMs: everyMs / 2,
  });
  return {
    async stop() {
      await poller.stop();
      await trainers.forget(id).catch(() => undefined);
    },
  };
}
