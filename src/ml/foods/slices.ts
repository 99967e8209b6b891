/**
 * Slices of counted work, so that building an index never keeps others waiting for long. A unit is about a word put in its place, a
 * microsecond or less; time itself is not read, as it would tell more of the machine than of the work.
 */

/** Work after which a slice ends: some milliseconds. */
export const sliceWork = 2500;

export interface Meter {
  add(work: number): void;
  isFull(): boolean;
  /** Work since the last time it was taken. */
  take(): number;
}

export const createMeter = (): Meter => {
  let spent = 0;
  return {
    add: (work) => {
      spent += work;
    },
    isFull: () => spent >= sliceWork,
    take: () => {
      const taken = spent;
      spent = 0;
      return taken;
    },
  };
};

/** What `steps` make, at once. */
export const atOnce = <T>(steps: Generator<number, T>): T => {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
};

/** What `steps` make, with a pause after each in which others run. */
export async function inSlices<T>(steps: Generator<number, T>, pause: () => Promise<void>): Promise<T> {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    await pause();
  }
}
