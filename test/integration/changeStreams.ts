import type { Connection } from 'mongoose';
import { eventually } from '../eventually';

/** Kills the cursors of every change stream on the database of `connection`; MongoDB calls that no fault to resume from. */
export async function killChangeStreams(connection: Connection): Promise<void> {
  const client = connection.getClient();
  const ofThis = {
    // The first while the cursor waits for changes, the second between two such waits.
    ns: { $in: [`${connection.name}.$cmd`, `${connection.name}.$cmd.aggregate`] },
    'cursor.originatingCommand.pipeline.$changeStream': { $exists: true },
  };
  const cursors = await eventually(async () => {
    const found = await client
      .db('admin')
      // As numbers of 64 bits: the few small enough for JavaScript's would go back as another type, which MongoDB refuses.
      .aggregate<{ cursor: { cursorId: unknown } }>(
        [{ $currentOp: { idleCursors: true, allUsers: true } }, { $match: ofThis }],
        { promoteLongs: false },
      )
      .toArray();
    return found.length > 0 && found.map(({ cursor }) => cursor.cursorId);
  });
  await client.db(connection.name).command({ killCursors: '$cmd.aggregate', cursors });
}
