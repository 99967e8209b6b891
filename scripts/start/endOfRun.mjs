/** Signals, and what else ends a run. */

/** npm hands a terminal's Ctrl-C on, so the same one comes twice; a person's second comes later. */
const SAME_CTRL_C_MS = 400;

/** Why and when a run ends: a signal, or a fault. */
export function endOfRun(say) {
  let resolve;
  let force = () => {};
  let askedAt = null;
  const end = {
    fault: null,
    reached: new Promise((done) => (resolve = done)),
    get asked() {
      return askedAt !== null || end.fault !== null;
    },
    because(fault) {
      if (askedAt === null) end.fault ??= fault;
      resolve();
    },
    whenForced: (action) => (force = action),
    release: () => signals.forEach((name) => process.removeListener(name, onSignal)),
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const onSignal = () => {
    if (askedAt === null) {
      askedAt = Date.now();
      say('Stopping (Ctrl-C again to end everything at once) …');
      resolve();
    } else if (Date.now() - askedAt > SAME_CTRL_C_MS) {
      say('Ending everything at once.');
      force();
      process.exit(1);
    }
  };
  signals.forEach((name) => process.on(name, onSignal));
  return end;
}
