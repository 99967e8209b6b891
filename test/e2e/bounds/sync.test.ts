import { randomInt } from 'node:crypto';
import { temporalAddress } from '../../integration/engines';
import { sweepMs, syncUnderFaults } from '../chaos/sync';
import { startOwnEngine, type OwnEngine } from '../chaos/ownEngine';

jest.setTimeout(400_000);

/** A small version of `npm run chaos -- sync`. */
let mongodb: OwnEngine;
beforeAll(async () => {
  mongodb = await startOwnEngine('mongodb');
});
afterAll(() => mongodb.stop());

it('the receiver has the latest of everybody, whatever happened', async () => {
  const seed = Number(process.env.PALATE_SYNC_SEED ?? randomInt(1_000_000));
  const census = await syncUnderFaults({
    seed,
    users: 20,
    changes: 5,
    concurrency: 4,
    mongodb,
    temporalAddress: temporalAddress(),
  });
  // The seed is in what a failure prints: PALATE_SYNC_SEED repeats it.
  expect({ ...census, lost: census.lost, backwards: census.backwards }).toMatchObject({ seed, lost: [], backwards: 0 });
  expect({ seed, stale: census.staleMs > sweepMs + 15_000 && census.staleMs }).toEqual({ seed, stale: false });
});
