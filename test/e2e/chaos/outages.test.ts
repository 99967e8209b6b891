import { freshDatabaseUri, freshTaskQueue, temporalAddress } from '../../integration/engines';
import { differencesOf } from './census';
import { expectedAnswers, outageDuringPhotos, outages, type Outage } from './outages';

jest.setTimeout(290_000);

/** A small version of `npm run chaos -- photos`, all at once. */
it('a full or absent object store, a wrong clock, a step-down: nothing is lost, doubled or left behind', async () => {
  const photos = 12;
  const suffer = (outage: Outage) =>
    outageDuringPhotos({
      outage,
      photos,
      concurrency: 4,
      mongodbUri: freshDatabaseUri(outage),
      temporalAddress: temporalAddress(),
      taskQueue: freshTaskQueue(outage),
      finishWithinMs: 120_000,
    });
  const found = await Promise.all(outages.map(suffer));
  const differences = found.map((census, at) => {
    const outage = outages[at]!;
    return [outage, differencesOf(census, { photos, answers: expectedAnswers[outage] })];
  });
  expect(differences).toEqual(outages.map((outage) => [outage, []]));
});
