import { ConnectionStates, type Connection } from 'mongoose';
import { openChangeStream, type WatchedCollection } from './changeStream';

/**
 * One change stream a replica, shared by everyone who waits for a row: requests that wait for an analysis and
 * server-sent events. It says only *that* a row changed; who listens reads the row, so nothing is stale or missed.
 *
 * C1  Listen first, read second: then a change between the two wakes the listener.
 * C2  Whenever the stream was opened (again) every listener is woken, as changes may have been missed.
 * C3  A listener that heard nothing for `pollMs` is woken all the same, so that nothing depends on the stream alone. Each draws
 *     its own time around that, so that those who began together do not read together; without listeners nobody polls. While
 *     MongoDB is known to be away nobody is woken to a read that can only fail: C2 wakes everybody afterwards.
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

export interface ChangesOptions {
  /** How long a listener may hear nothing before it reads; each draws from three quarters to five quarters of it. */
  pollMs?: number;
  reopenAfterMs?: number;
}

export function createChanges(
  connection: Connection,
  collections: readonly WatchedCollection[],
  onError: (error: unknown) => void,
  { pollMs = 15_000, reopenAfterMs = 500 }: ChangesOptions = {},
): Changes {
  const listeners = new Map<string, Set<() => void>>();
  const keyOf = (collection: string, id: string) => `${collection}:${id}`;
  const stream = openChangeStream(
    connection,
    collections,
    {
      opened: () => listeners.forEach((set) => set.forEach((wake) => wake())),
      changed: (collection, id) => listeners.get(keyOf(collection, id))?.forEach((wake) => wake()),
      broke: onError,
    },
    reopenAfterMs,
  );

  const listen = ({ collection, id }: Row, wake: () => void): (() => void) => {
    const key = keyOf(collection, id);
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
    const wokenOrDue = () =>
      new Promise<void>((resolve) => {
        let timer: NodeJS.Timeout | undefined;
        const arm = () => {
          timer = setTimeout(due, pollMs * (0.75 + Math.random() / 2));
        };
        const due = () => (connection.readyState === ConnectionStates.connected ? resolve() : arm());
        notify = () => {
          clearTimeout(timer);
          resolve();
        };
        arm();
      });
    const stop = listen(row, wake);
    signal.addEventListener('abort', wake);
    try {
      do {
        const seen = wakes;
        yield;
        if (wakes === seen && !signal.aborted) await wokenOrDue();
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
    close: () => stream.close(),
  };
}
