import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Request } from 'express';
import { rankOf } from '../../model/accounts';
import type { AppCaller, Caller, ShellDeps } from '../deps';
import { problem, type ProblemName } from '../errors';
import type { Access, RouteKind } from '../route';

/**
 * Who asks, and whether they may. A bad token is never the same as none, except on public routes, which do not look. An empty
 * `Authorization` is none: gateways forward one for a client that sent nothing.
 */

/** Longer ones are no tokens of ours. */
const maxTokenChars = 8192;

const challenge = (error?: string, sentence?: string) => ({
  'www-authenticate':
    error === undefined
      ? 'Bearer realm="palate"'
      : `Bearer realm="palate", error="${error}"${sentence === undefined ? '' : `, error_description="${sentence}"`}`,
});

const refused = (kind: ProblemName, sentence: string) =>
  problem(kind, { headers: challenge('invalid_token', sentence) });

/** Compares without telling by the time it takes how much of a key was right. */
const same = (a: string, b: string) => {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
};

/** Whether the request has `x-internal-key` with a key of ours. */
export const hasInternalKey = (
  { nodeInternalKey: keys }: Pick<ShellDeps['settings'], 'nodeInternalKey'>,
  headers: IncomingHttpHeaders,
): boolean => {
  const given = headers['x-internal-key'];
  return typeof given === 'string' && given !== '' && (keys ?? []).some((key) => same(key, given));
};

async function callerOfToken(deps: ShellDeps, header: string): Promise<Caller> {
  const [, bearer] = /^bearer +([^\s]+) *$/i.exec(header) ?? [];
  if (bearer === undefined || bearer.length > maxTokenChars) {
    throw refused('token-invalid', 'Send Authorization: Bearer and one token');
  }
  const answer = await deps.authenticate(bearer);
  if (answer === 'expired') throw refused('token-expired', 'The access token expired');
  if (answer === 'invalid') throw refused('token-invalid', 'The access token is not valid');
  return answer;
}

async function callerOfTicket(deps: ShellDeps, request: Request): Promise<Caller | null> {
  const { ticket } = request.query;
  if (ticket === undefined) return null;
  const holder =
    typeof ticket === 'string' && ticket.length <= 128
      ? await deps.store.tickets.findHolder(ticket, request.path)
      : null;
  const caller = holder === null ? null : await deps.findCaller(holder);
  if (!caller) throw problem('ticket-invalid', { headers: challenge('invalid_token', 'The ticket is not valid') });
  return caller;
}

/**
 * Finds the caller that `access` asks for. Throws 401 or 403.
 * Server-sent events also take `?ticket=`, as `EventSource` sends no headers.
 */
export async function identify(
  deps: ShellDeps,
  access: Access,
  kind: RouteKind,
  request: Request,
): Promise<Caller | AppCaller | null> {
  switch (access) {
    case 'public':
      return null;
    case 'internal': {
      if (!hasInternalKey(deps.settings, request.headers)) throw problem('bad-internal-key');
      return null;
    }
    case 'app': {
      const given = request.get('x-api-key') ?? '';
      if (given === '') throw problem('api-key-missing');
      return (await deps.authenticateApp?.(given)) ?? refuse('api-key-invalid');
    }
    default: {
      const header = request.get('authorization') ?? '';
      const caller =
        header !== '' ? await callerOfToken(deps, header) : kind === 'sse' ? await callerOfTicket(deps, request) : null;
      if (access === 'optional') return caller;
      if (!caller) throw problem('not-authenticated', { headers: challenge() });
      if (rankOf(caller.role) < rankOf(access)) {
        throw problem('forbidden', {
          detail: `This needs an account with the role ${access}; yours is ${caller.role}.`,
          headers: challenge('insufficient_scope'),
        });
      }
      return caller;
    }
  }
}

function refuse(kind: ProblemName): never {
  throw problem(kind);
}
