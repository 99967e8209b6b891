import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { trainerGoneMs, type TrainerStore } from '../store/training/trainers';
import { startPoller, type Poller } from './poller';

/** Heartbeats of this trainer, so that one more training may run. */
export function startTrainerPresence({
  store,
  log,
}: {
  store: { training: { trainers: TrainerStore } };
  log: Pick<Logger, 'warn'>;
}): Pick<Poller, 'stop'> {
  const { trainers } = store.training;
  const id = randomUUID();
  const everyMs = trainerGoneMs / 4;
  const poller = startPoller({
    async poll() {
      await trainers.heartbeat(id);
      return everyMs;
    },
    onError: (error) => log.warn({ err: error }, 'the heartbeat of this trainer failed; it goes on'),
    retryMs: everyMs / 2,
  });
  return {
    async stop() {
      await poller.stop();
      await trainers.remove(id).catch(() => undefined);
    },
  };
}
