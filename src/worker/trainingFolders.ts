import type { Logger } from 'pino';
import { removeStaleFolders, type TrainingFiles } from '../activities/training/files';
import { startPoller, type Poller } from './poller';

/** A folder that was not touched for `staleMs` is that of a process that was killed; one that is only busy or paused touches it again before. */
const everyMs = 10_000;
const staleMs = 3 * 60_000;

/** Keeps the folder of this process, and removes those that killed ones have left: uploads are in them. */
export const startTrainingFolders = ({
  files,
  parent,
  log,
}: {
  files: Pick<TrainingFiles, 'touch'>;
  parent: string;
  log: Pick<Logger, 'warn'>;
}): Pick<Poller, 'stop'> =>
  startPoller({
    async poll() {
      await files.touch();
      await removeStaleFolders(parent, staleMs, Date.now());
      return everyMs;
    },
    onError: (error) =>
      log.warn({ err: error }, 'what killed trainers left on the disk could not be removed; it is tried again'),
    retryMs: everyMs,
  });
