import { freshDatabaseUri, freshTaskQueue, temporalAddress } from '../../integration/engines';
import { differencesOf } from './census';
import { expectedAnswers, killDuringPhotos, victims, type Victim } from './kills';

jest.setTimeout(290_000);

/** A small version of `npm run chaos -- photos`. Side by side, as most of their time is waiting for what died to be missed. */
it('kill -9 of worker, API, Temporal and MongoDB in the middle of photos: nothing is lost, doubled or left behind', async () => {
  const photos = 12;
  const kill = (victim: Victim) =>
    killDuringPhotos({
      victim,
      photos,
      kills: 1,
      concurrency: 4,
      mongodbUri: freshDatabaseUri(`kill-${victim}`),
      temporalAddress: temporalAddress(),
      taskQueue: freshTaskQueue(`kill-${victim}`),
      finishWithinMs: 150_000,
    });
  const found = await Promise.all(victims.map(kill));
  const differences = found.map((census, at) => {
    const victim = victims[at]!;
    return [victim, differencesOf(census, { photos, answers: expectedAnswers[victim] })];
  });
  expect(differences).toEqual(victims.map((victim) => [victim, []]));
});
