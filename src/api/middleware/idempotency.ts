import { createHash } from 'node:crypto';
import type { Request } from 'express';
import type { Id } from '../../model/ids';
import type { StoredAnswer } from '../../store/idempotency';
import { renewLease } from '../../store/leaseRenewal';
import type { ShellDeps } from '../deps';
import { HttpProblem, problem, problemBody } from '../errors';
import { reply, type Reply } from '../route';
import { translate } from './translate';

/**
 * `Idempotency-Key`: a repeat of a request gets the answer of the first.
 *
 * I1  Kept: every answer but those that a repeat may get otherwise (5xx, 408, 429, and what the handler calls unsettled,
 *     an answer or a problem).
 * I2  Not kept: the key is free at once, and the next request runs with the same `resourceId`.
 * I3  A key belongs to one caller (an anonymous one: address) and route; nobody gets another's answer.
 */
export interface IdempotentRequest {
  readonly key: string;
  /** Caller and route. */
  readonly scope: string;
  readonly ownerId: Id | null;
  readonly secret: boolean;
  readonly instance: string;
  readonly requestId: string;
}

/** Takes the place of every answer that shows what is deleted: a repeat gets nothing of it, and makes it no second time. */
export const deletedSince: StoredAnswer = {
  status: 410,
  headers: { 'content-type': 'application/problem+json' },
  body: JSON.stringify(
    problemBody(
      problem('gone', { detail: 'What this request made, or what its answer showed, was deleted since.' }),
      '',
      '',
    ),
  ),
  sealed: false,
};

/** A holder that dies blocks its key this long at most; a living one renews. */
export const leaseMs = 30_000;
/** Headers that a stored answer keeps. */
const keptHeaders = ['location', 'link', 'content-type', 'cache-control', 'set-cookie'];
const maxStoredBytes = 1024 * 1024;
const transient = new Set([408, 425, 429]);

/** Printable ASCII, no space at either end: HTTP takes those away. */
export const idempotencyKeyForm = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/;

/** The key of a request, or null where it has none; throws 400 for one that is no key. */
export function idempotencyKeyOf(request: Request): string | null {
  const key = request.get('idempotency-key');
  if (key === undefined) return null;
  if (!idempotencyKeyForm.test(key)) throw problem('bad-idempotency-key');
  return key;
}

export const digestOf = (...parts: readonly (string | Buffer)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(String(part.length)).update(':').update(part);
  return hash.digest('base64url');
};

/** Runs `work` under the key, or answers from the store. A problem thrown by `work` is stored like an answer, then thrown on. */
export async function underKey(
  deps: ShellDeps,
  request: IdempotentRequest,
  digest: string,
  work: (resourceId: Id) => Promise<Reply>,
): Promise<Reply> {
  const claim = await deps.store.idempotency.claim({ ...request, digest, leaseMs });
  switch (claim.kind) {
    case 'other-request':
      throw problem('key-reused');
    case 'in-flight':
      throw problem('in-flight', { retryAfterS: (claim.leaseUntil.getTime() - deps.clock().getTime()) / 1000 });
    case 'answered': {
      const { status, headers, body, sealed } = claim.answer;
      const text = sealed ? deps.sealer.open(body, `idempotency:${claim.id}`) : body;
      const value: unknown = JSON.parse(text);
      const isProblem = headers['content-type']?.startsWith('application/problem+json') === true;
      return reply(status, isProblem ? Object.assign({}, value, { requestId: request.requestId }) : value, {
        ...headers,
        'idempotent-replayed': 'true',
      });
    }
    case 'claimed':
  }

  const { id, lease, resourceId } = claim;
  const renewal = renewLease({
    leaseMs,
    renew: () => deps.store.idempotency.renew(id, lease, leaseMs),
    onFault: (err) => deps.log.warn({ err }, 'the lease of an idempotency key was not renewed'),
  });

  /** The answer stands whether or not it could be kept: a repeat then runs again under the same resource id. */
  const keep = async (answer: Reply) => {
    const text = JSON.stringify(answer.value ?? null);
    const kept =
      answer.settled && answer.status < 500 && !transient.has(answer.status) && text.length <= maxStoredBytes;
    try {
      if (!kept) {
        await deps.store.idempotency.release(id, lease);
        return;
      }
      const headers = Object.fromEntries(Object.entries(answer.headers).filter(([name]) => keptHeaders.includes(name)));
      await deps.store.idempotency.settle(id, lease, {
        status: answer.status,
        headers,
        body: request.secret ? deps.sealer.seal(text, `idempotency:${id}`) : text,
        sealed: request.secret,
      });
    } catch (err) {
      deps.log.warn({ err }, 'the answer to an idempotent request was not kept');
    }
  };

  try {
    const answer = await work(resourceId);
    await keep(answer);
    return answer;
  } catch (error) {
    const failure = error instanceof HttpProblem ? error : translate(error);
    const body = problemBody(failure, request.instance, request.requestId);
    const headers = { ...failure.headers, 'content-type': 'application/problem+json' };
    await keep(reply(failure.status, body, headers, { settled: failure.settled }));
    throw error;
  } finally {
    renewal.stop();
  }
}
