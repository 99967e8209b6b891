import { z } from 'zod';

/**
 * What can go wrong, in one catalogue.
 *
 * E1  Every error leaves as `application/problem+json` (RFC 9457) with all the keys below, always: five kinds of client
 *     read errors from `error`, `message`, `detail`, `details`, `success` or `status_code`, and expect strings.
 * E2  A sentence says what happened, to which thing, and what to do. Nothing of the inside (stack, query, host) is in it.
 * E3  Code throws a named problem; only `middleware/translate` turns other errors into one.
 */

export const FieldError = z.object({
  path: z.string().meta({ description: 'Where: `body.email`, `query.limit`, `params.id`' }),
  message: z.string(),
});
export type FieldError = z.infer<typeof FieldError>;

export const Problem = z
  .object({
    type: z.string().meta({ description: 'Names the kind of problem; stable' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().meta({ description: 'Path of the request' }),
    requestId: z.string(),
    error: z.string(),
    message: z.string(),
    details: z.string(),
    success: z.literal(false),
    status_code: z.int(),
    errors: z.array(FieldError).optional(),
    suggestions: z
      .array(z.string())
      .optional()
      .meta({ description: 'What may have been meant, the most likely first' }),
  })
  .meta({
    id: 'Problem',
    description: 'RFC 9457 problem; `detail`, `error`, `message` and `details` are the same sentence',
  });
export type Problem = z.infer<typeof Problem>;

interface Entry {
  readonly status: number;
  readonly title: string;
  /** The sentence for a person where the place that throws has none of its own. */
  readonly detail: string;
}

const catalogue = {
  'invalid-request': {
    status: 400,
    title: 'Invalid request',
    detail: 'The request does not fit its contract; `errors` names each field.',
  },
  'malformed-json': { status: 400, title: 'Malformed JSON', detail: 'The body is not valid JSON.' },
  'malformed-url': {
    status: 400,
    title: 'Malformed address',
    detail: 'The address holds a sequence that is not valid UTF-8, or a NUL.',
  },
  'malformed-upload': {
    status: 400,
    title: 'Malformed upload',
    detail: 'The multipart body could not be read; send it as multipart/form-data.',
  },
  'bad-cursor': {
    status: 400,
    title: 'Bad cursor',
    detail: 'This cursor was not made by this list; start again without `cursor`.',
  },
  'bad-idempotency-key': {
    status: 400,
    title: 'Bad Idempotency-Key',
    detail: 'An Idempotency-Key has 1 to 255 printable ASCII characters, the first and the last of them no space.',
  },
  'duplicate-email': {
    status: 409,
    title: 'E-mail address taken',
    detail: 'An account with this e-mail address exists; log in instead.',
  },
  'not-authenticated': {
    status: 401,
    title: 'Not logged in',
    detail: 'This needs a login: send `Authorization: Bearer <token>`.',
  },
  'token-expired': {
    status: 401,
    title: 'Token expired',
    detail: 'The access token has expired; log in again or refresh it.',
  },
  'token-invalid': { status: 401, title: 'Token not valid', detail: 'The access token is not valid; log in again.' },
  'bad-credentials': {
    status: 401,
    title: 'Wrong e-mail address or password',
    detail: 'E-mail address and password do not match an account.',
  },
  'bad-internal-key': {
    status: 401,
    title: 'Internal key needed',
    detail: 'Send a valid key in the header x-internal-key.',
  },
  'bad-signature': {
    status: 401,
    title: 'Signature not valid',
    detail: 'Send x-timestamp, and x-signature over it and the body, made with the secret that both sides share.',
  },
  'api-key-missing': {
    status: 401,
    title: 'API key needed',
    detail: 'Send the API key of your app in the header x-api-key.',
  },
  'api-key-invalid': {
    status: 403,
    title: 'API key not valid',
    detail: 'No app has this API key; check it, or register the app again.',
  },
  'ticket-invalid': {
    status: 401,
    title: 'Ticket not valid',
    detail: 'The ticket has expired or is for another path; ask for a new one at POST /tickets.',
  },
  'signature-invalid': {
    status: 403,
    title: 'Link not valid',
    detail: 'This link has expired or was changed; fetch the resource again for a fresh one.',
  },
  'password-needed': {
    status: 403,
    title: 'Password needed',
    detail: 'Your log-in is more than five minutes ago: send your password, or log in again first.',
  },
  forbidden: { status: 403, title: 'Not allowed', detail: 'Your account may not do this.' },
  'not-found': { status: 404, title: 'Not found', detail: 'There is nothing at this address.' },
  'method-not-allowed': {
    status: 405,
    title: 'Method not allowed',
    detail: 'This address does not take this method; `Allow` lists those it takes.',
  },
  'not-acceptable': {
    status: 406,
    title: 'Not acceptable',
    detail: 'This address cannot answer in a type that `Accept` names.',
  },
  'request-timeout': {
    status: 408,
    title: 'Too slow',
    detail: 'The request arrived too slowly; send it again on a better connection.',
  },
  conflict: { status: 409, title: 'Conflict', detail: 'The resource is in a state that does not allow this.' },
  'in-flight': {
    status: 409,
    title: 'Still in progress',
    detail: 'A request with this Idempotency-Key is still in progress; wait and send it again.',
  },
  gone: { status: 410, title: 'Gone', detail: 'This was here and has been removed.' },
  'body-too-large': { status: 413, title: 'Too large', detail: 'The body is larger than this address takes.' },
  'picture-too-large': {
    status: 413,
    title: 'Picture too large',
    detail: 'The picture is larger than this server takes; send a smaller one.',
  },
  'url-too-long': { status: 414, title: 'Address too long', detail: 'The address is longer than this server takes.' },
  'unsupported-type': {
    status: 415,
    title: 'Unsupported type',
    detail: 'Send the body as application/json in UTF-8, not compressed.',
  },
  'unsupported-picture': {
    status: 415,
    title: 'Not a picture',
    detail: 'The file is not a picture of a type that is supported; send JPEG, PNG or WebP.',
  },
  'expectation-failed': {
    status: 417,
    title: 'Expectation not met',
    detail: 'Of `Expect` only `100-continue` is met here; leave the header out.',
  },
  unprocessable: {
    status: 422,
    title: 'Cannot be done',
    detail: 'The request is well formed, but cannot be done as it stands.',
  },
  'key-reused': {
    status: 422,
    title: 'Idempotency-Key used before',
    detail: 'This Idempotency-Key was used with another request; take a new key.',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests',
    detail: 'Too many requests; wait as long as Retry-After says.',
  },
  'headers-too-large': {
    status: 431,
    title: 'Headers too large',
    detail: 'The headers of the request are larger than this server takes.',
  },
  internal: {
    status: 500,
    title: 'Fault of the server',
    detail:
      'The server failed on this request. It is logged under the request id; try again, and report the id if it persists.',
  },
  unavailable: {
    status: 503,
    title: 'Not available at the moment',
    detail: 'A part of the server that this needs is not available; try again soon.',
  },
  'shutting-down': {
    status: 503,
    title: 'Shutting down',
    detail: 'The server is shutting down; try again in a moment.',
  },
} as const satisfies Record<string, Entry>;

export type ProblemName = keyof typeof catalogue;
export const problemNames = Object.keys(catalogue) as readonly ProblemName[];

/** What the place that fails knows beyond the catalogue. */
export interface ProblemFacts {
  /** A sentence for a person; the catalogue's own where missing. */
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  /** What may have been meant, the most likely first. */
  readonly suggestions?: readonly string[];
  /** Extra response headers, lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Seconds until it makes sense to try again; sent as `Retry-After`. */
  readonly retryAfterS?: number;
  /** false: a repeat may get another answer, so this one is not kept under an Idempotency-Key. */
  readonly settled?: boolean;
  /** true: follows from how the server is set up, so that the log need not tell of a failure each time; a start has said it. */
  readonly expected?: boolean;
  /** For the log only. */
  readonly cause?: unknown;
}

export class HttpProblem extends Error {
  readonly status: number;
  readonly title: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly errors: readonly FieldError[] | undefined;
  readonly suggestions: readonly string[] | undefined;
  readonly settled: boolean;
  readonly expected: boolean;

  constructor(
    readonly kind: ProblemName,
    facts: ProblemFacts = {},
  ) {
    const entry: Entry = catalogue[kind];
    super(facts.detail ?? entry.detail, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = 'HttpProblem';
    this.status = entry.status;
    this.title = entry.title;
    this.errors = facts.errors;
    this.suggestions = facts.suggestions;
    this.settled = facts.settled ?? true;
    this.expected = facts.expected ?? false;
    this.headers = {
      ...facts.headers,
      ...(facts.retryAfterS === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(facts.retryAfterS))) }),
    };
  }
}

/** A named problem, to be thrown: `throw problem('picture-too-large', { detail: … })`. */
export const problem = (kind: ProblemName, facts?: ProblemFacts): HttpProblem => new HttpProblem(kind, facts);

/** Throws 404; also for what belongs to somebody else: `present(row ?? notFound('photo'))`. */
export function notFound(what: string): never {
  throw problem('not-found', { detail: `There is no such ${what}, or it is not yours.` });
}

/** The 404 of an address that no route has. */
export const nothingAt = (path: string): HttpProblem =>
  problem('not-found', { detail: `There is nothing at ${path}; see /docs for what there is.` });

/** Throws 422 with a sentence, and the fields where some are to blame. */
export function unprocessable(detail: string, errors?: readonly FieldError[]): never {
  throw problem('unprocessable', { detail, ...(errors ? { errors } : {}) });
}

/** Throws 409: the resource is in a state that does not allow this. */
export function conflict(detail: string): never {
  throw problem('conflict', { detail });
}

/** Throws 400 for one field: `invalid('body.photo', 'Send one picture in the field photo or image.')`. */
export function invalid(path: string, message: string): never {
  throw problem('invalid-request', { detail: message, errors: [{ path, message }] });
}

/** The body that goes out for a problem; all keys of `Problem`. `instance` is the path without its query. */
export const problemBody = (failure: HttpProblem, instance: string, requestId: string): Problem => ({
  type: `/problems/${failure.kind}`,
  title: failure.title,
  status: failure.status,
  detail: failure.message,
  instance,
  requestId,
  error: failure.message,
  message: failure.message,
  details: failure.message,
  success: false,
  status_code: failure.status,
  ...(failure.errors ? { errors: [...failure.errors] } : {}),
  ...(failure.suggestions ? { suggestions: [...failure.suggestions] } : {}),
});

/** One entry of the catalogue, for `GET /problems/:name`. */
export const describeProblem = (
  name: string,
): { type: string; title: string; status: number; detail: string } | null => {
  if (!Object.hasOwn(catalogue, name)) return null;
  const { status, title, detail } = catalogue[name as ProblemName];
  return { type: `/problems/${name}`, title, status, detail };
};
