import { freshDatabaseUri, freshTaskQueue, temporalAddress } from '../../integration/engines';
import { measureColumn } from './faultCells';
import { columns } from './faultTable';

jest.setTimeout(600_000);

/** A small version of `npm run chaos -- photos`: every cell, with one photo after the first. */
it('a fault of an outside system ends in what the table expects', async () => {
  const places = {
    mongodbUri: () => freshDatabaseUri('fault-table'),
    temporalAddress: temporalAddress(),
    taskQueue: () => freshTaskQueue('fault-table'),
  };
  // Side by side: a column waits for time limits more than it works.
  const cells = (await Promise.all(columns.map((column) => measureColumn(column, places, { next: 1 })))).flat();
  expect(cells.filter(({ differences }) => differences.length > 0)).toEqual([]);
  expect(cells).toHaveLength(columns.length * 10);
});
