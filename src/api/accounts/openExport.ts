import { Readable } from 'node:stream';
import type { Logger } from 'pino';
import type { Account } from '../../model/accounts';
import type { ExportLeaseStore } from '../../store/exportLeases';
import { renewLease } from '../../store/leaseRenewal';
import { problem } from '../errors';
import { exportText, type Exporters } from './export';

/**
 * The export of an account on its way out.
 *
 * E1  One at a time for each account, on all replicas: whoever exports holds a lease and renews it. Another is 409 until it ends.
 * E2  No more of it is in memory than a page of rows and a batch of text, however slowly the client reads. Who hangs up is read for no more.
 * E3  What fails before the first byte is an answer. What fails later, a lost lease too, breaks the connection: the brace at the end is sent
 *     only by who held the lease to the end, of an account that is not being erased, so nobody takes half an export for a whole one.
 */
export interface ExportOptions {
  readonly exporters: Exporters;
  readonly leases: ExportLeaseStore;
  readonly clock: () => Date;
  /** A process that dies blocks the next export of the account for so long at most. */
  readonly leaseMs: number;
  /** Whether the account still is one, and not on its way out. */
  readonly isActive: () => Promise<boolean>;
  readonly log: Pick<Logger, 'warn'>;
}

export const exportLeaseMs = 60_000;

export async function openExport(account: Account, options: ExportOptions): Promise<Readable> {
  const { exporters, leases, clock, leaseMs, isActive, log } = options;
  const claim = await leases.take(account.id, leaseMs);
  if (claim.kind === 'held') {
    throw problem('conflict', {
      detail: 'An export of this account is under way; read it to its end, or try again when it has ended.',
      retryAfterS: (claim.until.getTime() - clock().getTime()) / 1000,
    });
  }
  const { lease } = claim;
  const release = () => leases.release(account.id, lease);
  const letGo = async () => {
    await release().catch((error: unknown) => log.warn({ err: error }, 'the lease of an export could not be released'));
  };

  const text = exportText(account, exporters, clock());
  const first = await text.next().catch(async (error: unknown) => {
    await letGo();
    throw error;
  });
  const whole = async function* () {
    if (first.done !== true) yield first.value;
    yield* text;
    // Before the last byte: who has read it all may ask again at once. From here on there is nothing to renew, however slow the client is.
    renewal.stop();
    const held = await release();
    if (!held || !(await isActive()))
      throw new Error('The lease of an export was lost before its end, or its account is being erased');
    yield '}';
  };
  const stream = Readable.from(whole(), { objectMode: false, highWaterMark: 1 });
  const renewal = renewLease({
    leaseMs,
    renew: () => leases.renew(account.id, lease, leaseMs),
    onLost: () => stream.destroy(new Error('The lease of an export was lost')),
    onFault: (error) => log.warn({ err: error }, 'the lease of an export could not be renewed'),
  });
  // By the stream: one that is destroyed before it was read never begins its generator.
  stream.once('close', () => {
    renewal.stop();
    void letGo();
  });
  return stream;
}
