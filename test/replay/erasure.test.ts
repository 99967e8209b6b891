import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  bundleWorkflowCode,
  DefaultLogger,
  Runtime,
  Worker,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';

/**
 * Erasures that earlier versions ran are replayed by this one: an erasure under way when a version is deployed goes on.
 * The histories were recorded on a Temporal server (PALATE_RECORD_HISTORIES) and are never made anew to pass.
 */
const recorded = (name: string) =>
  JSON.parse(readFileSync(join(__dirname, 'histories/erasure', `${name}.json`), 'utf8')) as unknown;

let workflowBundle: WorkflowBundleWithSourceMap;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const workflowsPath = join(__dirname, '../../src/workflows/index.ts');
  workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
}, 60_000);

describe('an erasure', () => {
  it.each(['complete.0.1.0', 'resumed.0.1.0'])(
    'recorded as %s replays',
    async (name) => {
      await expect(Worker.runReplayHistory({ workflowBundle }, recorded(name))).resolves.toBeUndefined();
    },
    30_000,
  );

  it('that took its steps in another order does not replay', async () => {
    const history = recorded('complete.0.1.0') as {
      events: { activityTaskScheduledEventAttributes?: { activityType: { name: string } } }[];
    };
    const first = history.events.find((event) => event.activityTaskScheduledEventAttributes)!;
    first.activityTaskScheduledEventAttributes!.activityType.name = 'finishErasure';
    await expect(Worker.runReplayHistory({ workflowBundle }, history)).rejects.toThrow(/[Nn]ondeterminism/);
  }, 30_000);
});
