import {
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import {
  cancelReplay,
  pauseReplay,
  resumeReplay,
  type ReplayBatch,
  type ReplayCounts,
  type ReplaySyncs,
} from '../messages/contextReplay';
import { searchAttributes } from '../messages/searchAttributes';
import { tag } from './attributes';
import { rethrowDefect } from './failures';
import { long } from './proxies';

const { noteReplayed, moveReplay } = long('main');
const { replayBatch } = long('receiver');

/**
 * Replays the failed syncs that a filter found, batch by batch.
 *
 * R1  Whom it is about is noted before the first is sent, and every one of them has one result in the end: rows in MongoDB, so that a
 *     worker that dies, a second start and a run that goes on as a new one change nothing.
 * R2  An outage of the receiver is waited for; it is no failure of those who wait.
 * R3  The history knows numbers alone, no account.
 */
export async function replaySyncs({ replayId, timing }: ReplaySyncs): Promise<'done' | 'cancelled'> {
  const asked = { paused: false, cancelled: false };
  setHandler(pauseReplay, () => {
    asked.paused = true;
  });
  setHandler(resumeReplay, () => {
    asked.paused = false;
  });
  setHandler(cancelReplay, () => {
    asked.cancelled = true;
  });
  const isPaused = () => asked.paused;
  const isCancelled = () => asked.cancelled;
  let shown: string | null = null;
  const show = (state: string, details: string) => {
    if (shown !== state) tag([{ key: searchAttributes.state, value: state }]);
    shown = state;
    setCurrentDetails(details);
  };
  const end = async (state: 'done' | 'cancelled', details: string) => {
    await moveReplay(replayId, state);
    show(state, details);
    return state;
  };

  try {
    show('running', 'Noting whom it is about.');
    let counts: ReplayCounts = { total: await noteReplayed(replayId), acknowledged: 0, failed: 0, skipped: 0 };
    for (let batches = 0; ;) {
      if (isCancelled()) return await end('cancelled', `Cancelled. ${progress(counts)}`);
      if (isPaused()) {
        await moveReplay(replayId, 'paused');
        show('paused', `Paused; the signal \`resume\` goes on. ${progress(counts)}`);
        await condition(() => !isPaused() || isCancelled());
        if (!isCancelled()) await moveReplay(replayId, 'running');
        continue;
      }
      if (batches >= timing.batchesOfARun || workflowInfo().continueAsNewSuggested)
        // Nothing is handed on: whoever was paused or cancelled is not here.
        return await continueAsNew<typeof replaySyncs>({ replayId, timing });
      const batch = await replayBatch(replayId, timing.batch);
      batches += 1;
      counts = batch;
      if (batch.kind === 'finished') return await end('done', `Done. ${progress(counts)}`);
      if (batch.kind === 'more') {
        show('running', progress(counts));
        continue;
      }
      show(batch.why === 'busy' ? 'running' : 'held', `${reasons[batch.why]} ${progress(counts)}`);
      // A wait of 0 would be none, and the next look as soon.
      await condition(() => isPaused() || isCancelled(), Math.max(1, Math.min(batch.waitMs, timing.waitMaxMs)));
    }
  } catch (failure) {
    rethrowDefect(failure);
    if (isCancellation(failure))
      await CancellationScope.nonCancellable(() => end('cancelled', 'The run was cancelled.'));
    throw failure;
  }
}

const reasons: Readonly<Record<Extract<ReplayBatch, { kind: 'wait' }>['why'], string>> = {
  held: 'The receiver is left alone for a while.',
  busy: 'Other senders are at work on those that are left.',
  off: 'No receiver is configured for the worker.',
};

const progress = ({ total, acknowledged, failed, skipped }: ReplayCounts): string =>
  `${acknowledged + failed + skipped} of ${total}: ${acknowledged} acknowledged, ${failed} failed, ${skipped} with nothing to send.`;
