import { status } from '@grpc/grpc-js';
import type { Client } from '@temporalio/client';
import { runsOf } from '../../../src/api/support/runs';
import { TemporalUnavailable } from '../../../src/api/deps';
import { TemporalAway } from '../../../src/launches/temporal';

const id = '0123456789abcdef01234567';
const listed = async (fault: Error) => {
  const logged: unknown[] = [];
  const temporal = { client: (): Promise<Client> => Promise.reject(fault) };
  const log = { error: (entry: unknown) => logged.push(entry) };
  return { runs: await runsOf({ temporal, log }, id, 20), logged };
};

it('where Temporal is away there are no runs, and nothing is said', async () => {
  const away = new TemporalUnavailable({ cause: new TemporalAway('It cannot be reached.') });
  expect(await listed(away)).toEqual({ runs: null, logged: [] });
});

it('a fault of ours is in the log, and the rest of the page is told', async () => {
  const fault = new TypeError('run.type is undefined');
  expect(await listed(fault)).toEqual({ runs: null, logged: [{ err: fault }] });
});

it('where Temporal knows no search attributes there are no runs, and nothing is said', async () => {
  const details = "invalid query: column name 'PalateOwner' is not a valid search attribute";
  const unknown = Object.assign(new Error(details), { code: status.INVALID_ARGUMENT, details, metadata: {} });
  expect(await listed(unknown)).toEqual({ runs: null, logged: [] });
});
