/**
 * The lease under which something is sent.
 *
 * L1  It lasts longer than the requests that are made under it, and what surrounds them.
 * L2  A sender that was held up (a stopped process, a slow database) begins no request that could outlast it.
 */
export interface SendingLease {
  leaseMs: number;
  /** Whether there is no time left for so many requests under a lease taken at `leasedAtMs`, a reading of `performance.now()`. */
  isTooLateFor: (requests: number, leasedAtMs: number) => boolean;
}

/** For up to `requests` of `timeoutMs` each; `marginMs` is for reading before them and writing down what came of them. */
export const sendingLease = ({
  requests,
  timeoutMs,
  marginMs,
}: {
  requests: number;
  timeoutMs: number;
  marginMs: number;
}): SendingLease => {
  const leaseMs = requests * timeoutMs + marginMs;
  return {
    leaseMs,
    isTooLateFor: (left, leasedAtMs) => performance.now() - leasedAtMs > leaseMs - left * timeoutMs - marginMs / 5,
  };
};
