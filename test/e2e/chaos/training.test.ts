import { freshDatabaseUri, freshTaskQueue, temporalAddress } from '../../integration/engines';
import { expectedCensus, killDuringTraining } from './training';

jest.setTimeout(240_000);

it('a trainer that is killed while it reads, searches, fits and promotes loses nothing and does nothing twice', async () => {
  const phases = ['ingest', 'candidates', 'refit', 'promote'] as const;
  const census = await killDuringTraining({
    kills: phases.length,
    phases,
    budgetSeconds: 1,
    mongodbUri: freshDatabaseUri('training-kills'),
    temporalAddress: temporalAddress(),
    taskQueue: freshTaskQueue('training-kills'),
  });
  expect(census).toMatchObject(expectedCensus(phases.length));
  // A search that is killed waits for nothing: the kill lands in it.
  expect(census.landed).toMatchObject({ candidates: 1 });
});
