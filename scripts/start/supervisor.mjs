/**
 * Keeps the processes of a start alive, and ends them in order.
 *
 * V1  A process that ends unasked is started again, after a pause that doubles while it keeps dying young.
 * V2  One that dies young too often is given up: everything is stopped and the reason is told in a sentence.
 * V3  The log of the first death of such a series is kept: those that follow often tell only of what the first left behind.
 * V4  Stopping goes stage by stage, the latest stage first: what uses an engine is gone before the engine is.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { lastWord } from '../engines/command.mjs';
import { Problem } from '../engines/problem.mjs';
import { keepFirstLog } from '../engines/processes.mjs';

/** A life shorter than this is a death in youth. */
const STEADY_MS = 20_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
const YOUNG_DEATHS = 5;

/**
 * @param {{ say: (line: string) => void, givenUp: (fault: Error) => void, diskIsFull?: () => boolean, firstPauseMs?: number,
 *           steadyMs?: number }} options `givenUp` hears once of the process that would not stay alive (V2): the caller stops the rest
 */
export function createSupervisor({
  say,
  givenUp,
  diskIsFull = () => false,
  firstPauseMs = FIRST_PAUSE_MS,
  steadyMs = STEADY_MS,
}) {
  const stages = [];
  const stopping = new AbortController();

  /** Awaits the end of a process, and of those that follow it. */
  async function watch(one) {
    let youngDeaths = 0;
    let firstLog = null;
    for (;;) {
      const begun = Date.now();
      const { code, signal } = await one.running.exited;
      if (stopping.signal.aborted) return;
      youngDeaths = Date.now() - begun < steadyMs ? youngDeaths + 1 : 1;
      if (youngDeaths === 1) firstLog = keepFirstLog(one.running.logFile);
      let how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
      for (;;) {
        if (youngDeaths > YOUNG_DEATHS) return givenUp(await lastWords(one, { how, times: youngDeaths, firstLog }));
        const pauseMs = Math.min(firstPauseMs * 2 ** (youngDeaths - 1), LONGEST_PAUSE_MS);
        say(`${one.name} ${how}: starting it again${pauseMs >= 1000 ? ` in ${pauseMs / 1000} s` : ''}.`);
        await pause(pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
        if (stopping.signal.aborted) return;
        try {
          one.running = await one.start(begin(one));
          break;
        } catch (fault) {
          if (stopping.signal.aborted) return;
          youngDeaths += 1;
          how = `could not be started again (${diskIsFull() ? 'the disk is full' : fault.message})`;
        }
      }
      say(`${one.name} is back.`);
    }
  }

  async function lastWords(one, { how, times, firstLog }) {
    const tail = lastWord(await one.running.tail(1));
    return new Problem(
      `${one.name} ${how}, ${times} times in a row${tail === '' ? '' : ` (its last word: ${tail})`}: mend the cause and start again.${firstLog === null ? '' : ` The log of the first time is ${firstLog}.`}`,
    );
  }

  /** What a start calls as soon as its process exists, so that a stop reaches it before it is ready. */
  const begin = (one) => (running) => {
    one.running = running;
    if (stopping.signal.aborted) running.kill();
  };

  return {
    /**
     * Starts a process and keeps it alive from then on. Rejects if the first start fails.
     * @param {{ name: string, stage: number, graceMs: number, start: (started: (running: object) => void) => Promise<object> }} options
     *   `start` resolves when the process is ready; `stage`: the higher, the earlier it is stopped
     */
    async keep({ name, stage, graceMs, start }) {
      const one = { name, start, graceMs, running: null };
      (stages[stage] ??= []).push(one);
      one.running = await start(begin(one));
      void watch(one);
      return one.running;
    },
    /** Stops everything, stage by stage. */
    async stop() {
      stopping.abort();
      for (const stage of stages.toReversed()) {
        await Promise.all((stage ?? []).map((one) => one.running?.stop(one.graceMs)));
      }
    },
    /** Ends everything at once. */
    kill() {
      stopping.abort();
      for (const one of stages.flat()) one?.running?.kill();
    },
  };
}
