import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { problem } from '../errors';
import { announceClose, Connection, defaultLimits, type ConnectionLimits } from './connection';
import { refusalOf } from './refusal';

/** Takes the listeners of an event away, to be called later. */
function takeOver(server: Server, event: string): (...given: unknown[]) => void {
  const listeners = server.listeners(event);
  server.removeAllListeners(event);
  return (...given) => {
    for (const listener of listeners) Reflect.apply(listener, server, given);
  };
}

/**
 * Makes a server answer the requests of each connection one at a time (`Connection`). To be called once its listeners are there.
 * Node's HTTP layer takes any duplex stream for a connection: `Event: 'connection'` in its documentation.
 */
export function answerInTurn(server: Server, limits: Partial<ConnectionLimits> = {}): void {
  const connect = takeOver(server, 'connection');
  const serve = takeOver(server, 'request');
  server.on('connection', (socket: Socket) => connect(new Connection(socket, { ...defaultLimits, ...limits })));
  const take = (request: IncomingMessage, response: ServerResponse, answer: () => void) => {
    const connection: unknown = request.socket;
    if (connection instanceof Connection) connection.serveInTurn({ request, response, serve: answer });
    else answer();
  };
  server.on('request', (request: IncomingMessage, response: ServerResponse) =>
    take(request, response, () => serve(request, response)),
  );
  // Node would answer at once, out of turn, and read the body to its end.
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
    take(request, response, () => {
      announceClose(request, response);
      const failure = problem('expectation-failed');
      const { headers, body } = refusalOf(failure, request.url?.split('?', 1)[0] ?? '');
      response.writeHead(failure.status, headers).end(body);
    }),
  );
}
