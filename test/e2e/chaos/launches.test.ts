import { freshDatabaseUri, temporalAddress } from '../../integration/engines';
import { picture } from '../../integration/photos/meals';
import { killBetweenRowAndStart } from './launches';

jest.setTimeout(290_000);

/** A small version of `npm run chaos -- launches`. */
it('kill -9 between row and start: every photo is started, each once', async () => {
  const found = await killBetweenRowAndStart({
    kills: 5,
    mongodbUri: freshDatabaseUri('launch-chaos'),
    temporalAddress: temporalAddress(),
    picture: await picture(1),
    settleWithinMs: 120_000,
  });
  expect(found).toEqual({ kills: 5, rows: 5, runs: 5, ids: 5, analyzed: 5, pending: 0 });
});
