import type { SignalDefinition } from '@temporalio/common';
import { isAway } from '../../launches/faults';
import { isRunOpen, tellRun } from '../../launches/tell';
import { replayWorkflows } from '../../messages/contextReplay';
import type { Replay } from '../../model/contextReplays';
import type { Id } from '../../model/ids';
import type { SupportDeps } from './deps';

/**
 * The runs of replays, and what they are told.
 *
 * E1  A run says itself how it ended. One that somebody terminated in Temporal could not: whoever looks at its replay, or signals it, finds
 *     out, and the replay is cancelled from then on.
 * E2  Without Temporal a replay is shown as it is known.
 */
export const hasEnded = ({ state }: Pick<Replay, 'state'>): boolean => state === 'done' || state === 'cancelled';

export const createReplayRuns = ({
  store: { contextReplays, launches },
  temporal,
  log,
}: Pick<SupportDeps, 'temporal' | 'log'> & { store: Pick<SupportDeps['store'], 'contextReplays' | 'launches'> }) => {
  /** Cancels the replay where its run has ended without a word. Throws as the client does where Temporal is away. */
  const look = async (id: Id): Promise<'unstarted' | 'open' | 'ended'> => {
    // In this order: what is not pending was started before, so that no open run means one that has ended.
    if (await launches.isPending(replayWorkflows.replay.id(id))) return 'unstarted';
    if (await isRunOpen(temporal, replayWorkflows.replay.id(id))) return 'open';
    await contextReplays.move(id, 'cancelled');
    return 'ended';
  };

  return {
    /** The replay as it is by now. */
    async settled(replay: Replay): Promise<Replay> {
      if (hasEnded(replay)) return replay;
      try {
        if ((await look(replay.id)) !== 'ended') return replay;
      } catch (error) {
        if (!isAway(error))
          log.error({ err: error, replayId: replay.id }, 'the run of a replay could not be looked at');
        return replay;
      }
      return (await contextReplays.find(replay.id)) ?? replay;
    },

    /** `unstarted`: there is no run yet that could be told. Throws as the client does where Temporal is away. */
    async tell(id: Id, signal: SignalDefinition): Promise<'told' | 'unstarted' | 'ended'> {
      if (await tellRun(temporal, replayWorkflows.replay.id(id), signal)) return 'told';
      // Open: it was started meanwhile, and was not told.
      return (await look(id)) === 'ended' ? 'ended' : 'unstarted';
    },
  };
};
