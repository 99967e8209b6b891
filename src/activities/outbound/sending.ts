import { setTimeout as delay } from 'node:timers/promises';
import type { CircuitName } from '../../store/circuits';
import type { Pace, PaceStore } from '../../store/paces';
import { CircuitOpen, type Circuits, type Verdict } from './circuits';

/**
 * Sending to receivers: when a request may be made at all.
 *
 * G1  The circuit is asked before anything else, so that an outage costs no lease and no attempt.
 * G2  Requests are paced, of all replicas together. Where the next slot is far off the caller is told when to come back, and keeps it.
 * G3  At most `maxAtOnce` requests of a process are under way: a receiver that is slow must not take the worker from other work.
 */
export type Withheld =
  /** The circuit is open; epoch milliseconds. */
  | { kind: 'held'; untilMs: number }
  /** Too many requests are under way. */
  | { kind: 'busy'; waitMs: number };

/** How a request ended, written down already; `fault` is what it says of the receiver, null where that is well. */
export interface Ended<Result> {
  result: Result;
  fault: Error | null;
}

export interface SendingDeps {
  circuits: Circuits;
  paces: Pick<PaceStore, 'reserve'>;
  clock: () => Date;
  /** What a fault says of the receiver as a whole. */
  judge: (error: unknown) => Verdict;
  pace: Pace;
  maxAtOnce: number;
}

export interface Sending {
  /**
   * Makes `request` where the circuit and other requests let it, else gives `instead`. `subject` names what it is about, whose failures
   * count once. `probing`: the request finds out whether the receiver is well again.
   */
  through<Result>(
    circuit: CircuitName,
    request: (probing: boolean) => Promise<Ended<Result>>,
    instead: (withheld: Withheld) => Result,
    subject?: string,
  ): Promise<Result>;
  /** The next slot of the pace, which is the caller's from now on. */
  reserve(circuit: CircuitName): Promise<Date>;
  /** Waits for a slot that is near; else gives the milliseconds until it comes. 0: it has come. */
  reach(slot: Date, signal: AbortSignal): Promise<number>;
}

/** Soon enough for whoever has to wait a moment, and seldom enough for the database. */
export const momentMs = 200;
/** Up to this, a slot is waited for where one is. */
const shortWaitMs = 500;

export function createSending({ circuits, paces, clock, judge, pace, maxAtOnce }: SendingDeps): Sending {
  let underWay = 0;
  return {
    async through<Result>(
      circuit: CircuitName,
      request: (probing: boolean) => Promise<Ended<Result>>,
      instead: (withheld: Withheld) => Result,
      subject?: string,
    ) {
      if (underWay >= maxAtOnce) return instead({ kind: 'busy', waitMs: momentMs });
      underWay += 1;
      let ended: Ended<Result> | undefined;
      const faultThrown = async (probing: boolean) => {
        ended = await request(probing);
        if (ended.fault !== null) throw ended.fault;
        return ended.result;
      };
      try {
        return await circuits.through(circuit, faultThrown, judge, subject);
      } catch (error) {
        if (ended !== undefined) return ended.result;
        if (error instanceof CircuitOpen) return instead({ kind: 'held', untilMs: error.until.getTime() });
        throw error;
      } finally {
        underWay -= 1;
      }
    },

    reserve: (circuit) => paces.reserve(circuit, pace),

    async reach(slot, signal) {
      const waitMs = Math.max(0, slot.getTime() - clock().getTime());
      if (waitMs > shortWaitMs) return waitMs;
      if (waitMs > 0) await delay(waitMs, undefined, { signal });
      return 0;
    },
  };
}
