import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, mongo } from 'mongoose';

/**
 * A change stream on some collections that is opened again whenever it ends, until it is closed.
 *
 * S1  `opened` is called once the server has answered that the stream stands, at the start, after each new opening and after the
 *     driver resumed it by itself: what changed before may not have been reported, everything after it is.
 * S2  Whatever ends it (an error that the driver cannot resume from, a resume token that the oplog no longer reaches, a dropped
 *     database) is reported, and it is opened again from now on.
 *
 * The driver's ChangeStream does not forward its cursor's `init`. `resumeTokenChanged` is the event that it does forward and that
 * the server's first answer causes: by an empty first batch at once, by one that holds changes with the first of them. The stream
 * is read by `next`, as in the driver's other mode a cursor that the server has closed ends without any event.
 */
export interface ChangeStream {
  close(): Promise<void>;
}

export interface ChangeStreamHandlers {
  opened(): void;
  changed(collection: string, id: string): void;
  /** The stream broke; the next opening follows. */
  broke(error: unknown): void;
}

export interface WatchedCollection {
  name: string;
  /** Fields of the row that nobody is shown: an update of one of them that leaves the row's `revision` alone is not reported. */
  unseen?: readonly string[];
}

const reported = ({ name, unseen = [] }: WatchedCollection): object => ({
  'ns.coll': name,
  ...(unseen.length > 0 && {
    $nor: [
      {
        operationType: 'update',
        'updateDescription.updatedFields.revision': { $exists: false },
        $or: unseen.map((field) => ({ [`updateDescription.updatedFields.${field}`]: { $exists: true } })),
      },
    ],
  }),
});

export function openChangeStream(
  connection: Connection,
  collections: readonly WatchedCollection[],
  handlers: ChangeStreamHandlers,
  reopenAfterMs: number,
): ChangeStream {
  const closing = new AbortController();
  let current: mongo.ChangeStream | undefined;

  const readUntilItEnds = async (): Promise<never> => {
    const { db } = connection;
    if (!db) throw new Error('MongoDB is not connected');
    const stream = db.watch([
      { $match: { $or: collections.map(reported) } },
      { $project: { documentKey: 1, ns: 1, operationType: 1 } },
    ]);
    current = stream;
    let open = false;
    stream.on('resumeTokenChanged', () => {
      if (open || closing.signal.aborted) return;
      open = true;
      handlers.opened();
    });
    // A cursor is closed before the driver resumes with another one, too.
    stream.on('close', () => {
      open = false;
    });
    try {
      for (;;) {
        const change = await stream.next();
        if ('documentKey' in change && 'ns' in change && 'coll' in change.ns) {
          const { _id } = change.documentKey as { _id: unknown };
          handlers.changed(change.ns.coll, String(_id));
        }
      }
    } finally {
      await stream.close().catch(() => undefined);
    }
  };

  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await readUntilItEnds().catch((error: unknown) => {
        if (!closing.signal.aborted) handlers.broke(error);
      });
      await sleep(reopenAfterMs, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  };
  void run();

  return {
    async close() {
      closing.abort();
      await current?.close();
    },
  };
}
