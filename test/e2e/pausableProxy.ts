import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy that can hold everything back: what is behind it then looks like a server that hangs. */
export interface PausableProxy {
  readonly address: string;
  /** From now on nothing passes, in either direction; connections stay open. */
  pause(): void;
  resume(): void;
  close(): Promise<void>;
}

export async function pausableProxy(target: string): Promise<PausableProxy> {
  const [host = '', port = ''] = target.split(':');
  const sockets = new Set<Socket>();
  let paused = false;
  const server = createServer((client) => {
    const upstream = connect(Number(port), host);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      if (paused) from.pause();
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const each = (change: (socket: Socket) => void) => sockets.forEach(change);
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    pause() {
      paused = true;
      each((socket) => {
        socket.unpipe();
        socket.pause();
      });
    },
    resume() {
      paused = false;
      // Connections from before would come back half-way through a message: they are dropped instead.
      each((socket) => socket.destroy());
    },
    async close() {
      each((socket) => socket.destroy());
      server.close();
      await once(server, 'close');
    },
  };
}
