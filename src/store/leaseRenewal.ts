/**
 * Renews a lease, three times in its length, while its holder is at work.
 *
 * L1  A renewal that fails says nothing of the lease: the next one may go better, and one that is too late finds it gone.
 * L2  It keeps no process alive.
 */
export interface LeaseRenewal {
  /** Once the work has ended; a renewal that is under way is not waited for. Safe to repeat. */
  stop(): void;
}

export function renewLease(options: {
  leaseMs: number;
  /** False: it is somebody else's by now. */
  renew: () => Promise<boolean>;
  /** Called each time that it is found to be somebody else's, not after `stop`. */
  onLost?: () => void;
  onFault?: (error: unknown) => void;
}): LeaseRenewal {
  const { leaseMs, renew, onLost = () => undefined, onFault = () => undefined } = options;
  let stopped = false;
  const timer = setInterval(() => {
    renew().then((held) => {
      if (!held && !stopped) onLost();
    }, onFault);
  }, leaseMs / 3);
  timer.unref();
  return {
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };
}
