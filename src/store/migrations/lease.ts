import { setTimeout as delay } from 'node:timers/promises';
import type { Collection, Connection } from 'mongoose';
import { isDuplicateKey } from '../faults';
import { renewLease } from '../leaseRenewal';
import { MigrationRefused } from './migration';

/**
 * The right to migrate a database: one runner at a time.
 *
 * R1  Whoever takes the lease gets a token above every earlier one, and each of its writes to the ledger is fenced by that token: a runner
 *     that was silent for too long writes nothing there once another one has begun.
 * R2  It is renewed at a third of its life while the runner works, also during one long command. The lease of a killed runner runs out.
 * R3  Times are those of MongoDB: the clocks of the machines that runners are on do not count.
 */
export interface Lease {
  readonly token: number;
  /** Before each step: throws where another runner has taken the lease. */
  renew(): Promise<void>;
  /** Never throws: one that cannot be given back runs out. */
  release(): Promise<void>;
}

export interface Holder {
  /** Who it is, for people: host and process. */
  holder: string;
  takenAt: Date;
  heartbeatAt: Date;
}

export interface LeaseOptions {
  holder: string;
  leaseMs: number;
  /** Another runner is at work; called once for each. */
  onHeld?: ((by: Holder) => void) | undefined;
  /** Ends the wait for another runner. */
  signal?: AbortSignal | undefined;
}

/** A row of the ledger's collection. */
interface LeaseRow extends Holder {
  _id: 'lease';
  token: number;
  expiresAt: Date;
}

/** Waits for whoever holds it. */
export async function takeLease(connection: Connection, options: LeaseOptions): Promise<Lease> {
  const rows = connection.collection<LeaseRow>('migrations');
  await makeRow(rows);
  const token = await waitForToken(rows, options);
  const renewed = async () =>
    (await rows.updateOne({ _id: 'lease', token }, [{ $set: heldFor(options.leaseMs) }])).matchedCount === 1;
  const renew = async () => {
    if (!(await renewed()))
      throw new MigrationRefused(
        `Another process has taken over, as this one was silent for more than ${options.leaseMs / 1000} s, and goes on where this one was. ` +
          'See that it ends, or run `npm run migrate` again.',
      );
  };
  // That it was lost is found out by the renewal before the next step.
  const renewal = renewLease({ leaseMs: options.leaseMs, renew: renewed });
  return {
    token,
    renew,
    async release() {
      renewal.stop();
      // With another token, so that a renewal that is still under way does not take it again.
      const free = { $set: { expiresAt: new Date(0) }, $inc: { token: 1 } };
      await rows.updateOne({ _id: 'lease', token }, free).catch(() => undefined);
    },
  };
}

const heldFor = (ms: number) => ({ heartbeatAt: '$$NOW', expiresAt: { $add: ['$$NOW', ms] } });

/** Apart from the taking, whose filter compares two fields: MongoDB makes no row for such a one. */
async function makeRow(rows: Collection<LeaseRow>): Promise<void> {
  const never = new Date(0);
  const first = { token: 0, holder: '', takenAt: never, heartbeatAt: never, expiresAt: never };
  try {
    await rows.updateOne({ _id: 'lease' }, { $setOnInsert: first }, { upsert: true });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

async function waitForToken(rows: Collection<LeaseRow>, options: LeaseOptions): Promise<number> {
  const { holder, leaseMs, onHeld, signal } = options;
  for (let heard = 0; ;) {
    const taken = await rows.findOneAndUpdate(
      { _id: 'lease', $expr: { $lte: ['$expiresAt', '$$NOW'] } },
      [
        {
          $set: {
            token: { $add: ['$token', 1] },
            holder: { $literal: holder },
            takenAt: '$$NOW',
            ...heldFor(leaseMs),
          },
        },
      ],
      { returnDocument: 'after' },
    );
    if (taken) return taken.token;
    const held = await rows.findOne({ _id: 'lease' });
    if (held && held.token !== heard) {
      heard = held.token;
      onHeld?.({ holder: held.holder, takenAt: held.takenAt, heartbeatAt: held.heartbeatAt });
    }
    await delay(Math.min(500, leaseMs / 3), undefined, { signal });
  }
}
