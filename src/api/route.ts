import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { Id } from '../model/ids';
import type { AppCaller, Caller } from './deps';
import type { Problem } from './errors';
import type { FormFiles, FormRules } from './forms/body';
import { validate } from './validation';

/**
 * A route is its contract. One table of these drives Express, validation, authorisation, limits and OpenAPI.
 *
 * R1  Order is fixed: address limit, who asks, account limit, `Accept`, body, validation, handler. No handler runs before all hold.
 * R2  What is not in the contract does not reach the handler, and every status it answers with is in `responses`
 *     (those that the table itself can give are added to the document by `openapi`).
 * R3  Failing is throwing a problem of `errors`; a handler never writes to the socket.
 */

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/**
 * public    tokens are ignored
 * optional  anonymous, or a valid token; a bad token is 401
 * user, support, admin   a valid token of at least that role
 * internal  `x-internal-key`
 * app       `x-api-key`
 */
export type Access = 'public' | 'optional' | 'user' | 'support' | 'admin' | 'internal' | 'app';

export type CallerOf<A extends Access> = A extends 'user' | 'support' | 'admin'
  ? Caller
  : A extends 'optional'
    ? Caller | null
    : A extends 'app'
      ? AppCaller
      : null;

/** At most `max` requests in each window of `windowMs` and address or account (an anonymous caller counts by address). */
export interface Limit {
  /** Shown in the `RateLimit` headers; counts are shared by every route that names it. */
  readonly name: string;
  readonly max: number;
  readonly windowMs: number;
  readonly by: 'address' | 'account';
}

/** A response of a route: the schema of its JSON body, or more where there is more to say. */
export type ResponseSpec = z.ZodType | ResponseDetails;
export interface ResponseDetails {
  readonly description: string;
  readonly schema?: z.ZodType;
  readonly contentType?: string;
  /** Types that `Accept` may ask for in its place; `schema` is not about them. */
  readonly otherTypes?: readonly string[];
  /** Header names that this response carries. */
  readonly headers?: readonly string[];
}
export type Responses = Readonly<Partial<Record<number, ResponseSpec>>>;

type NoInput = z.ZodUndefined;

export interface Contract<A extends Access, P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R> {
  readonly method: Method;
  /** Express template with plain parameters only: `/photos/:id`. Several: the same route under each of them. */
  readonly path: string | readonly [string, ...string[]];
  readonly access: A;
  readonly summary: string;
  readonly description?: string;
  /** Heading in the document, in lower case; the first part of the path where missing. */
  readonly tag?: Lowercase<string>;
  readonly params?: P;
  readonly query?: Q;
  /** JSON body. Absent: the body is not read. */
  readonly body?: B;
  /** The body may also come as multipart/form-data, with files: `forms/values.ts` says how its fields become the JSON of `body`. */
  readonly form?: FormRules;
  /** Largest JSON body in bytes; 256 KiB where missing. */
  readonly bodyBytes?: number;
  /** `general` (where missing) follows RATE_LIMIT_MAX; `none` is exempt; limits of its own take the place of the general one. */
  readonly limit?: 'general' | 'none' | Limit | readonly Limit[];
  /** `Idempotency-Key` is honoured; `secret`: the stored answer is encrypted, as it holds a token or key. */
  readonly idempotent?: true | 'secret';
  readonly responses: R;
}

/** What every handler is given. */
export interface Context<A extends Access, P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** Of a form, by the name of the field; removed once the request was served. */
  readonly files: FormFiles;
  readonly caller: CallerOf<A>;
  readonly requestId: string;
  /** Address of the client, after TRUST_PROXY. */
  readonly ip: string;
  readonly headers: IncomingHttpHeaders;
  /** Path of the request without its query. */
  readonly path: string;
  /** What goes before a path to make an absolute link: PUBLIC_URL, or `https://host` as the client named this server. */
  readonly origin: string;
  readonly log: Logger;
  /** Aborts when the client hangs up, sends too slowly, or the server shuts down. */
  readonly signal: AbortSignal;
  /**
   * The id for the row that this request creates; the same for every repeat under one Idempotency-Key.
   * (In a stream route the one that `idempotent` hands to its work.)
   */
  readonly resourceId: Id;
  /**
   * Names something that the answer shows beside that row, before it is read: when it is deleted, the answer is no longer repeated
   * under the request's Idempotency-Key.
   */
  readonly shows: (id: Id) => Promise<void>;
  /** Runs once the answer is out (or the client is gone), before shutdown; what it throws is logged. */
  readonly afterAnswer: (work: () => unknown) => void;
  /** Counts one use of a limit under a key of the handler's own, for example an e-mail address; throws 429. */
  readonly spend: (limit: Limit, key: string) => Promise<void>;
}

export interface StreamContext<A extends Access, P, Q> extends Context<A, P, Q, undefined> {
  /** The raw request; the handler reads its body. */
  readonly request: IncomingMessage;
  /**
   * Runs `work` under the `Idempotency-Key` of the request, or directly where there is none. `bodyDigest` stands for the body:
   * another one under the same key is 422. The stored answer is replayed; while another request works on it, 409.
   */
  readonly idempotent: <T extends Reply>(bodyDigest: string, work: (resourceId: Id) => Promise<T>) => Promise<T>;
}

export interface SseContext<A extends Access, P, Q> extends Context<A, P, Q, undefined> {
  /** `Last-Event-ID` of a client that returns; null at its first connection. */
  readonly lastEventId: string | null;
}

/** An answer with its status. `settled: false`: not kept under an Idempotency-Key; a repeat runs the handler again with the same `resourceId`. */
export interface Reply<S extends number = number, V = unknown> {
  readonly reply: true;
  readonly status: S;
  readonly value: V;
  readonly headers: Readonly<Record<string, string>>;
  readonly settled: boolean;
}

/** `reply(201, view, { location: '/photos/…' })`; without a body: `reply(204, null)`. Header names in lower case. */
export const reply = <const S extends number, V>(
  status: S,
  value: V,
  headers: Readonly<Record<string, string>> = {},
  { settled = true }: { settled?: boolean } = {},
): Reply<S, V> => ({ reply: true, status, value, headers, settled });

/** One server-sent event; `data` is sent as JSON. */
export interface SseEvent {
  readonly id?: string;
  readonly event?: string;
  readonly data: unknown;
}

/** A file on its way out. `stream` is destroyed where it is not needed (HEAD, 304, the client gone). */
export interface FileAnswer {
  readonly stream: Readable;
  readonly contentType: string;
  /** Null: not known before it is made; it goes out in chunks, and only a proper end says that it is whole. */
  readonly bytes: number | null;
  /** Validator without quotes; answers `If-None-Match` with 304. */
  readonly etag?: string;
  /** The validator says that it means the same, not that it is the same byte for byte. */
  readonly weak?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Bytes that many answers share, so that readers who take their time hold no copy each. */
export interface SharedAnswer {
  readonly body: Buffer;
  readonly contentType: string;
  /** As of a `FileAnswer`. */
  readonly etag?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the table hands to a route: everything that was read, nothing checked against the contract yet. */
export interface RawContext extends Omit<StreamContext<Access, unknown, unknown>, 'caller' | 'body' | 'resourceId'> {
  readonly caller: Caller | AppCaller | null;
  readonly body: unknown;
  readonly lastEventId: string | null;
}

export type RouteKind = 'json' | 'stream' | 'sse' | 'file';

interface RouteOf<K extends RouteKind, Answer> extends Contract<Access, z.ZodType, z.ZodType, z.ZodType, Responses> {
  readonly kind: K;
  /** Checks params, query and body against the contract: throws 400 with every field that does not fit. */
  check(raw: RawContext): Promise<(resourceId: Id) => Promise<Answer>>;
}
export type JsonRoute = RouteOf<'json', Reply>;
/** For the document: content type of a raw body and its fields. */
export interface RawBody {
  readonly contentType: string;
  readonly schema: z.ZodType;
}
export type StreamRoute = RouteOf<'stream', Reply> & { readonly consumes: RawBody };
export type SseRoute = RouteOf<'sse', AsyncIterable<SseEvent>>;
export type FileRoute = RouteOf<'file', FileAnswer | SharedAnswer | Reply>;
export type Route = JsonRoute | StreamRoute | SseRoute | FileRoute;

type SchemaOf<Spec> = Spec extends z.ZodType ? Spec : Spec extends { schema: infer S extends z.ZodType } ? S : never;
type BodyOf<Spec> = [SchemaOf<Spec>] extends [never] ? unknown : z.input<SchemaOf<Spec>>;
/** What a handler may return: a reply with a status of its contract, or the bare value where 200 is one. Problems are thrown. */
export type AnswerOf<R> =
  | { [S in keyof R & number]: R[S] extends typeof Problem ? never : Reply<S, BodyOf<R[S]>> }[keyof R & number]
  | (R extends { 200: infer Spec } ? BodyOf<Spec> : never);

const isReply = (value: unknown): value is Reply =>
  typeof value === 'object' && value !== null && 'reply' in value && value.reply === true;
const asReply = (value: unknown): Reply => (isReply(value) ? value : reply(200, value));

/** Builds the typed context from what was read. The one cast: the table has let in only callers that `access` allows. */
async function checked<A extends Access, P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  contract: { readonly access: A; readonly params?: P; readonly query?: Q; readonly body?: B },
  raw: RawContext,
) {
  const input = await validate<P, Q, B>(contract, raw);
  return { ...raw, ...input, caller: raw.caller as CallerOf<A> };
}

/** A route that takes JSON (or nothing) and answers JSON. The handler returns a `reply`, or a bare value for 200. */
export function json<
  const A extends Access,
  const R extends Responses,
  P extends z.ZodType = NoInput,
  Q extends z.ZodType = NoInput,
  B extends z.ZodType = NoInput,
>(
  contract: Contract<A, P, Q, B, R>,
  handler: (context: Context<A, z.output<P>, z.output<Q>, z.output<B>>) => AnswerOf<R> | Promise<AnswerOf<R>>,
): JsonRoute {
  return {
    ...contract,
    kind: 'json',
    async check(raw) {
      const context = await checked(contract, raw);
      return async (resourceId) => asReply(await handler({ ...context, resourceId }));
    },
  };
}

/** A route whose handler reads the raw body itself (multipart), and answers JSON. */
export function stream<
  const A extends Access,
  const R extends Responses,
  P extends z.ZodType = NoInput,
  Q extends z.ZodType = NoInput,
>(
  contract: Omit<Contract<A, P, Q, NoInput, R>, 'body' | 'form'> & { readonly consumes: RawBody },
  handler: (context: StreamContext<A, z.output<P>, z.output<Q>>) => AnswerOf<R> | Promise<AnswerOf<R>>,
): StreamRoute {
  return {
    ...contract,
    kind: 'stream',
    async check(raw) {
      const context = { ...(await checked(contract, raw)), body: undefined };
      return async (resourceId) => asReply(await handler({ ...context, resourceId }));
    },
  };
}

/**
 * Server-sent events. What the handler throws before it returns its iterable is a normal problem answer.
 * The iterable is closed (`return()`) when the client goes; one that waits should watch `signal`.
 */
export function sse<const A extends Access, P extends z.ZodType = NoInput, Q extends z.ZodType = NoInput>(
  contract: Omit<Contract<A, P, Q, NoInput, Responses>, 'body' | 'form' | 'method' | 'idempotent'> & {
    /** For the document: shape of the `data` of the events. */
    readonly event: z.ZodType;
  },
  handler: (
    context: SseContext<A, z.output<P>, z.output<Q>>,
  ) => AsyncIterable<SseEvent> | Promise<AsyncIterable<SseEvent>>,
): SseRoute {
  return {
    ...contract,
    method: 'get',
    kind: 'sse',
    async check(raw) {
      const context = { ...(await checked(contract, raw)), body: undefined };
      return async (resourceId) => handler({ ...context, resourceId });
    },
  };
}

/** A file, streamed or made once for all; or a reply (a redirect, for example). */
export function file<const A extends Access, P extends z.ZodType = NoInput, Q extends z.ZodType = NoInput>(
  contract: Omit<Contract<A, P, Q, NoInput, Responses>, 'body' | 'form' | 'method' | 'idempotent'>,
  handler: (
    context: Context<A, z.output<P>, z.output<Q>, undefined>,
  ) => FileAnswer | SharedAnswer | Reply | Promise<FileAnswer | SharedAnswer | Reply>,
): FileRoute {
  return {
    ...contract,
    method: 'get',
    kind: 'file',
    async check(raw) {
      const context = { ...(await checked(contract, raw)), body: undefined };
      return async (resourceId) => handler({ ...context, resourceId });
    },
  };
}

/** The templates of a route, without a slash at the end. */
export const pathsOf = (route: Pick<Route, 'path'>): readonly string[] =>
  typeof route.path === 'string' ? [route.path] : route.path;
