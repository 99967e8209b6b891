import type { Logger } from 'pino';

/** The check of an open stream comes so often; with a standing that is `streamStandingMs` old at most a stream ends within 5 s. */
export const streamCheckMs = 2_000;

/**
 * Asks again and again whether a stream may stay open, and ends it where not. A check that fails says nothing: while MongoDB is away
 * nobody can log out either.
 * @returns stops it
 */
export function endWhenRefused(
  mayStay: () => Promise<boolean>,
  end: () => void,
  log: Pick<Logger, 'warn'>,
  everyMs = streamCheckMs,
): () => void {
  let checking = false;
  let failed = false;
  const check = async () => {
    if (checking) return;
    checking = true;
    try {
      if (!(await mayStay())) end();
      failed = false;
    } catch (err) {
      if (!failed) log.warn({ err }, 'whether an event stream may stay open could not be checked; asked again');
      failed = true;
    } finally {
      checking = false;
    }
  };
  const timer = setInterval(() => void check(), everyMs);
  return () => clearInterval(timer);
}
