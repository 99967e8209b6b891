import type { Circuit, CircuitName, CircuitStore } from '../../store/circuits';

/**
 * Circuit breakers: an outside system that is known to be down is not called, by any replica, until it is likely to be back.
 *
 * B1  `failures` failures in a row, each of another thing (one picture that a system stumbles over closes it for nobody), open a circuit for `openMs`, and each probe that fails doubles it up to `openMaxMs`. They are counted
 *     in MongoDB, so it makes no difference whose calls they were.
 * B2  A refusal of the account or the address opens at once for `refusedMs`: nothing but a person mends it.
 * B3  An answer that names its wait is believed, up to `openMaxMs`, and is no failure.
 * B4  What is about one picture, a caller that gave up and a fault of our own say nothing of the system: nothing is written, and a probe
 *     that ends so is given back to the next caller.
 * B5  After the time exactly one call of all replicas is the probe. Success closes. It is a lease of `probeMs`, which must be longer than
 *     any call takes: a prober that died holds the others up no longer than that.
 * B6  A report counts under the generation in which its call began. A late success closes nothing, a late failure opens nothing.
 * B7  A closed circuit costs a call one read by `_id`, and a success one write only where this process has seen failures to forget. (That
 *     of one of many receivers is written to once a day besides.)
 * B8  A time that no setting allows (a clock ran ahead, or a setting was shortened) counts as over.
 * B9  The breaker is never the reason that nothing works: while MongoDB does not say within `mongoWithinMs`, calls are made as if there
 *     were no circuit, and a report that cannot be written is lost, never the answer it is about.
 */
export interface CircuitSettings {
  /** Failures in a row that open. */
  failures: number;
  openMs: number;
  openMaxMs: number;
  refusedMs: number;
  probeMs: number;
}

/**
 * What an error says of the system that was called.
 *
 * failed   it is out of order, or out of reach
 * refused  it does not serve this account or address
 * busy     it named its wait
 * neither  nothing
 */
export type Verdict =
  { kind: 'failed' | 'refused'; why: string } | { kind: 'busy'; waitMs: number; why: string } | { kind: 'neither' };

/** The call was not made. */
export class CircuitOpen extends Error {
  override readonly name = 'CircuitOpen';
  constructor(
    readonly circuit: CircuitName,
    /** The earliest time at which a call may be made; while `probing` the latest, as the probe may end any moment. */
    readonly until: Date,
    /** What it was opened for, in a sentence. */
    readonly why: string,
    /** One call is under way to find out. */
    readonly probing: boolean,
    /** It was opened by a refusal. */
    readonly refused: boolean,
  ) {
    super(
      probing
        ? `${circuit} is being tried by another call. Before: ${why}`
        : `${circuit} is not called until ${until.toISOString()}: ${why}`,
    );
  }
}

export interface CircuitChange {
  circuit: CircuitName;
  state: 'open' | 'closed';
  until: Date | null;
  why: string | null;
}

export interface CircuitsDeps {
  store: CircuitStore;
  clock: () => Date;
  settings: CircuitSettings;
  /** This process opened or closed one. */
  onChange?: (change: CircuitChange) => void;
  /** A call was not made. */
  onRefused?: (circuit: CircuitName) => void;
  /** MongoDB did not say, or could not be told (B9). */
  onAway?: (circuit: CircuitName, error: unknown) => void;
}

export interface Circuits {
  /**
   * Makes `call` if the circuit lets it, and learns from how it went; `judge` says what its errors mean. `subject` names what the call is
   * about: its failures count once. `probing`: this call is the one that finds out whether the system is well again.
   * Throws `CircuitOpen` without calling, else what `call` gives or throws.
   */
  through<T>(
    name: CircuitName,
    call: (probing: boolean) => Promise<T>,
    judge: (error: unknown) => Verdict,
    subject?: string,
  ): Promise<T>;
}

/** A healthy MongoDB answers in a thousandth of this. */
const mongoWithinMs = 2_000;
const maxRemembered = 1_000;

export function createCircuits({ store, clock, settings, onChange, onRefused, onAway }: CircuitsDeps): Circuits {
  /** No circuit is closed off for longer: what ends later was written by a clock that ran ahead. */
  const longestMs = Math.max(settings.openMaxMs, settings.openMs, settings.refusedMs, settings.probeMs);
  /** What this process knows last of each, also from calls that run beside one another: whether a success has anything to forget. */
  const latest = new Map<CircuitName, Circuit>();
  /** Of many receivers the ones that were called last: what is not known of another costs it a write at most. */
  const remember = (name: CircuitName, circuit: Circuit) => {
    latest.delete(name);
    latest.set(name, circuit);
    const [oldest] = latest.keys();
    if (latest.size > maxRemembered && oldest !== undefined) latest.delete(oldest);
  };

  const ifThere = async <T>(name: CircuitName, work: () => Promise<T>): Promise<T | undefined> => {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`MongoDB did not answer within ${mongoWithinMs} ms`)), mongoWithinMs);
    });
    try {
      return await Promise.race([work(), silence]);
    } catch (error) {
      onAway?.(name, error);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  };

  const refuse = (name: CircuitName, { why, refused }: Circuit, until: Date, probing: boolean): never => {
    onRefused?.(name);
    throw new CircuitOpen(name, until, why ?? 'It failed.', probing, refused);
  };

  /** The circuit as this call may take it: closed, or as its prober; undefined where nobody knows. Throws `CircuitOpen`. */
  const admit = async (name: CircuitName): Promise<Circuit | undefined> => {
    const circuit = await ifThere(name, () => store.find(name));
    if (circuit === undefined) return undefined;
    remember(name, circuit);
    if (circuit.until === null) return circuit;
    const now = clock();
    const plausible = new Date(now.getTime() + longestMs);
    if (circuit.until > now && circuit.until <= plausible)
      return refuse(name, circuit, circuit.until, circuit.state === 'probing');
    const probe = await ifThere(name, () => store.takeProbe(name, circuit.generation, settings.probeMs, plausible));
    if (probe === null) return refuse(name, circuit, new Date(now.getTime() + settings.probeMs), true);
    return probe;
  };

  const open = async (
    name: CircuitName,
    from: Circuit,
    why: string,
    forMs: number,
    { refused = false, leastFailures = 0 } = {},
  ) => {
    const until = new Date(clock().getTime() + forMs);
    const opened = await store.open(name, from.generation, { until, openMs: from.openMs, why, refused }, leastFailures);
    if (opened === null) return;
    remember(name, opened);
    onChange?.({ circuit: name, state: 'open', until: opened.until, why: opened.why });
  };

  const wentWell = async (name: CircuitName, from: Circuit): Promise<void> => {
    if (from.state === 'probing') {
      const closed = await store.close(name, from.generation);
      if (closed === null) return;
      remember(name, closed);
      onChange?.({ circuit: name, state: 'closed', until: null, why: null });
      return;
    }
    const known = latest.get(name) ?? from;
    if (known.generation !== from.generation || known.failures === 0) return;
    // Before the write: of many that went well at once, one writes.
    remember(name, { ...known, failures: 0, failed: [] });
    await store.forgetFailures(name, from.generation);
  };

  const failed = async (name: CircuitName, from: Circuit, why: string, subject: string | null): Promise<void> => {
    if (from.state === 'probing') {
      const openMs = from.openMs === 0 ? settings.openMs : Math.min(from.openMs * 2, settings.openMaxMs);
      return open(name, { ...from, openMs }, why, openMs);
    }
    const counted = await store.countFailure(name, from.generation, subject);
    if (counted === null) return;
    remember(name, counted);
    if (counted.failures < settings.failures) return;
    await open(name, { ...counted, openMs: settings.openMs }, why, settings.openMs, {
      leastFailures: settings.failures,
    });
  };

  const learn = (name: CircuitName, from: Circuit, verdict: Verdict, subject: string | null): Promise<void> => {
    switch (verdict.kind) {
      case 'failed':
        return failed(name, from, verdict.why, subject);
      case 'refused':
        return open(name, from, verdict.why, settings.refusedMs, { refused: true });
      case 'busy':
        return open(name, from, verdict.why, Math.min(verdict.waitMs, settings.openMaxMs));
      case 'neither':
        return from.state === 'probing' ? store.giveBackProbe(name, from.generation) : Promise.resolve();
    }
  };

  return {
    async through(name, call, judge, subject) {
      const from = await admit(name);
      if (from === undefined) return call(false);
      let answer;
      try {
        answer = await call(from.state === 'probing');
      } catch (error) {
        await ifThere(name, () => learn(name, from, judge(error), subject ?? null));
        throw error;
      }
      await ifThere(name, () => wentWell(name, from));
      return answer;
    },
  };
}

/** "At once" is no wait to keep to: who says it and fails again and again is out of order. */
export const unavailable = ({
  message: why,
  retryAfterMs = 0,
}: {
  message: string;
  retryAfterMs?: number | undefined;
}): Verdict => (retryAfterMs <= 0 ? { kind: 'failed', why } : { kind: 'busy', waitMs: retryAfterMs, why });
