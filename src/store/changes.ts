import type { Connection, mongo } from 'mongoose';

/**
 * One change stream a replica, shared by everyone who waits for a row: requests that wait for an analysis and
 * server-sent events. It says only *that* a row changed; who listens reads the row, so nothing is stale or missed.
 *
 * C1  Listen first, read second: then a change between the two wakes the listener.
 * C2  When the stream breaks (step-down, restart) every listener is woken once it is back, as changes may have been missed.
 */
export interface Changes {
  /** Yields at once and after each change of the row, until `signal` aborts; changes while the reader is busy are one. */
  follow(row: Row, signal: AbortSignal): AsyncIterable<void>;
  /** Reads until `done` says yes, `ms` have passed or `signal` aborts, and returns the last value read. */
  waitFor<T>(
    row: Row,
    read: () => Promise<T>,
    done: (value: T) => boolean,
    ms: number,
    signal?: AbortSignal,
  ): Promise<T>;
  close(): Promise<void>;
}

export interface Row {
  collection: string;
  id: string;
}

const reopenAfterMs = 500;

export function createChanges(
  connection: Connection,
  collections: readonly string[],
  onError: (error: unknown) => void,
): Changes {
  const listeners = new Map<string, Set<() => void>>();
  let stream: mongo.ChangeStream | undefined;
  let reopening: NodeJS.Timeout | undefined;
  let closed = false;

  const wakeAll = () => listeners.forEach((set) => set.forEach((wake) => wake()));

  const onChange = (change: mongo.ChangeStreamDocument) => {
    if (!('documentKey' in change) || !('ns' in change) || !('coll' in change.ns)) return;
    const { _id } = change.documentKey as { _id: unknown };
    listeners.get(`${change.ns.coll}:${String(_id)}`)?.forEach((wake) => wake());
  };

  const open = () => {
    if (closed) return;
    const db = connection.db;
    if (!db) {
      reopen(new Error('MongoDB is not connected'));
      return;
    }
    const opened = db.watch([
      { $match: { 'ns.coll': { $in: collections } } },
      { $project: { documentKey: 1, ns: 1, operationType: 1 } },
    ]);
    stream = opened;
    opened.on('init', wakeAll);
    opened.on('change', onChange);
    opened.once('error', reopen);
  };

  const reopen = (error: unknown) => {
    if (closed || reopening) return;
    onError(error);
    void stream?.close().catch(() => undefined);
    reopening = setTimeout(() => {
      reopening = undefined;
      open();
    }, reopenAfterMs);
  };

  open();

  const listen = ({ collection, id }: Row, wake: () => void): (() => void) => {
    const key = `${collection}:${id}`;
    const set = listeners.get(key) ?? new Set();
    listeners.set(key, set.add(wake));
    return () => {
      set.delete(wake);
      if (set.size === 0 && listeners.get(key) === set) listeners.delete(key);
    };
  };

  async function* follow(row: Row, signal: AbortSignal): AsyncGenerator<void> {
    let wakes = 0;
    let notify: (() => void) | undefined;
    const wake = () => {
      wakes += 1;
      notify?.();
    };
    const stop = listen(row, wake);
    signal.addEventListener('abort', wake);
    try {
      do {
        const seen = wakes;
        yield;
        if (wakes === seen && !signal.aborted) await new Promise<void>((resolve) => (notify = resolve));
      } while (!signal.aborted);
    } finally {
      stop();
      signal.removeEventListener('abort', wake);
    }
  }

  return {
    follow,
    async waitFor(row, read, done, ms, signal) {
      const deadline = AbortSignal.timeout(ms);
      for await (const _ of follow(row, signal ? AbortSignal.any([deadline, signal]) : deadline)) {
        const value = await read();
        if (done(value)) return value;
      }
      return read();
    },
    async close() {
      closed = true;
      clearTimeout(reopening);
      await stream?.close();
    },
  };
}
