import type { Connection } from 'mongoose';
import { emailKey } from '../../model/accounts';
import type { Id } from '../../model/ids';
import { isDuplicateKey } from '../faults';
import type { Migration } from './migration';

/**
 * Gives every account the normal form of its e-mail address, by which another way to write it is found (0.5.0 and earlier had none).
 * Two accounts of one mailbox, which those versions let be made, are both kept: the first has the form, the others answer to their
 * address as it is written. They are what `count` finds afterwards.
 */
export const fillEmailKeys: Migration = {
  number: 3,
  name: 'fill-email-keys',
  required: false,
  counts: 'accounts without the normal form of their address',
  leaves:
    'accounts whose mailbox another account has, too: both are kept, and each logs in with its address as it is written',

  count: (connection) => accountsOf(connection).countDocuments(unfilled),

  async run(connection, after, limit) {
    const accounts = accountsOf(connection);
    const batch = await accounts
      .find({ ...unfilled, ...(after !== null && { _id: { $gt: after } }) }, { projection: { email: 1 } })
      .sort({ _id: 1 })
      .limit(limit)
      .toArray();
    let changed = 0;
    for (const { _id, email } of batch) {
      try {
        const { modifiedCount } = await accounts.updateOne(
          { _id, email, ...unfilled },
          { $set: { emailKey: emailKey(email) } },
        );
        changed += modifiedCount;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
    }
    return { changed, next: batch.length < limit ? null : (batch.at(-1)?._id ?? null) };
  },
};

const unfilled = { emailKey: { $exists: false } };

const accountsOf = (connection: Connection) =>
  connection.collection<{ _id: Id; email: string; emailKey?: string }>('accounts');
