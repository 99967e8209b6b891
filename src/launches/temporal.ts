import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';

/** Thrown while Temporal cannot be reached; what was stored is started later by the launcher. */
export class TemporalAway extends Error {
  override readonly name = 'TemporalAway';
}

/** A Temporal that hangs is one that is away: nobody waits longer for it to take in a start or a signal. */
export const temporalDeadlineMs = 3_000;

export interface TemporalAddress {
  address: string;
  namespace: string;
  apiKey?: string | undefined;
  tls?:
    | { serverNameOverride?: string; clientCertPair?: { crt: Buffer; key: Buffer }; serverRootCACertificate?: Buffer }
    | undefined;
}

/** One connection a process, shared by client and worker so that a start can carry its first task (eager start). */
export interface Temporal {
  /** Throws `TemporalAway` until the first connection stands; after that the connection heals itself. */
  client(): Promise<Client>;
  /** Waits for the first connection; rejects when closed before. */
  connected(): Promise<NativeConnection>;
  /** Whether Temporal answers within `ms`. */
  answers(ms: number): Promise<boolean>;
  close(): Promise<void>;
}

/** Connects in the background, again and again, so that a process starts and serves while Temporal is away. */
export function connectTemporal(
  where: TemporalAddress,
  options: { reconnectMs: number; onAway: (error: unknown) => void },
): Temporal {
  let connection: NativeConnection | undefined;
  let client: Client | undefined;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let said = false;
  let resolveConnected: (connection: NativeConnection) => void;
  let rejectConnected: (error: Error) => void;
  const first = new Promise<NativeConnection>((resolve, reject) => {
    resolveConnected = resolve;
    rejectConnected = reject;
  });
  first.catch(() => undefined);

  const connect = async () => {
    try {
      const opened = await NativeConnection.connect({
        address: where.address,
        ...(where.apiKey !== undefined && { apiKey: where.apiKey }),
        ...(where.tls !== undefined && { tls: where.tls }),
        ...(where.tls === undefined && where.apiKey !== undefined && { tls: true }),
      });
      if (closed) {
        await opened.close();
        return;
      }
      connection = opened;
      client = new Client({ connection: opened, namespace: where.namespace });
      resolveConnected(opened);
    } catch (error) {
      if (!said) options.onAway(error);
      said = true;
      if (!closed) timer = setTimeout(() => void connect(), options.reconnectMs);
    }
  };
  void connect();

  return {
    client: () =>
      client
        ? Promise.resolve(client)
        : Promise.reject(new TemporalAway(`Temporal at ${where.address} cannot be reached.`)),
    connected: () => first,
    async answers(ms) {
      if (!connection) return false;
      const open = connection;
      try {
        await open.withDeadline(Date.now() + ms, () => open.workflowService.getSystemInfo({}));
        return true;
      } catch {
        return false;
      }
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      rejectConnected(new TemporalAway('Closed before a connection to Temporal stood.'));
      await connection?.close();
    },
  };
}
