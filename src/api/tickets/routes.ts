import { z } from 'zod';
import { alsoStates } from '../../model/stated';
import type { ShellDeps } from '../deps';
import { Problem, unprocessable } from '../errors';
import { json, pathsOf, reply, type Route } from '../route';
import type { RouteTable } from '../table';

/** Seconds that a ticket is good for. */
const ttlS = 600;

const Path = z
  .string()
  .max(512)
  .regex(/^\/[\w\-./~%:]*$/, 'must be the path of an event stream, without a query');
const segment = String.raw`[\w\-.~%:]+`;
/** The document states the paths of the event streams; the handler answers 422 to any other, with a sentence. */
const ticketRequest = (streams: readonly string[]) =>
  z.strictObject({
    path: alsoStates(Path, {
      pattern: `^(?:${streams.map((path) => path.replace(/:\w+/g, segment)).join('|')})$`,
    }).meta({ description: 'Path of the event stream', example: '/photos/665f1c2ab3d4e5f60718293a/events' }),
  });
const Ticket = z
  .object({ ticket: z.string(), expires_in: z.literal(ttlS).meta({ description: 'Seconds' }) })
  .meta({ id: 'Ticket' });

/** Tickets for `EventSource`: `table` is asked late, as it holds these routes too. */
export const ticketRoutes = ({ store }: ShellDeps, features: readonly Route[], table: () => RouteTable): Route[] => [
  json(
    {
      method: 'post',
      path: '/tickets',
      access: 'user',
      summary: 'A ticket to listen to one event stream from a browser',
      description:
        'Send it as `?ticket=`. It is bound to your account and the path, and good for any number of connections until it expires or you log out. ' +
        'A stream that is open goes on when its ticket expires; it ends with your session.',
      tag: 'events',
      body: ticketRequest(features.filter(({ kind }) => kind === 'sse').flatMap(pathsOf)),
      responses: { 201: Ticket, 422: Problem },
    },
    async ({ body, caller }) => {
      const route = table().find('get', body.path);
      if (route?.kind !== 'sse') unprocessable(`${body.path} is not an event stream.`);
      if (route.access === 'public') unprocessable('This event stream needs no ticket.');
      const { id: ownerId, sessionId, sessionVersion } = caller;
      const ticket = await store.tickets.issue({ ownerId, sessionId, sessionVersion }, body.path, ttlS);
      return reply(201, { ticket, expires_in: ttlS });
    },
  ),
];
