import { Context } from '@temporalio/activity';
import type { ContextPusher, PushOptions, PushResult } from './push';

export interface PushContext extends Omit<PushOptions, 'by'> {
  userId: string;
}

/** What runs of context sync touch. */
export const createContextActivities = ({ pusher }: { pusher: Pick<ContextPusher, 'push'> }) => ({
  pushContext: ({ userId, ...options }: PushContext): Promise<PushResult> =>
    pusher.push(
      userId,
      { ...options, by: options.force === true ? 'request' : 'entity' },
      Context.current().cancellationSignal,
    ),
});
