import { z } from 'zod';
import { Problem } from './errors';
import type { FormRules } from './forms/body';
import { idempotencyKeyForm } from './middleware/idempotency';
import { pathsOf, type Access, type ResponseDetails, type ResponseSpec, type Route } from './route';
import { createSchemas, type JsonSchema } from './openapiSchemas';
import { unusedNote } from './unusedFields';

/** The OpenAPI 3.1 document of a route table. What the table itself can answer with is added here, to each route it applies to. */
export interface OpenApiDocument {
  readonly openapi: '3.1.1';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly headers: Readonly<Record<string, unknown>>;
    readonly securitySchemes: Readonly<Record<string, unknown>>;
  };
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, ResponseObject>>;
}
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}
type Content = Readonly<Record<string, { readonly schema?: JsonSchema }>>;
type HeaderObject = { readonly $ref: string } | { readonly schema: JsonSchema };
interface ResponseObject {
  readonly description: string;
  readonly headers?: Readonly<Record<string, HeaderObject>>;
  readonly content?: Content;
}

const security: Record<Access, (kind: Route['kind']) => Operation['security']> = {
  public: () => [],
  optional: (kind) => [{}, ...security.user(kind)],
  user: (kind) => [{ bearer: [] }, ...(kind === 'sse' ? [{ ticket: [] }] : [])],
  support: (kind) => security.user(kind),
  admin: (kind) => security.user(kind),
  internal: () => [{ internalKey: [] }],
  app: () => [{ apiKey: [] }],
};

const headerNotes: Readonly<Record<string, string>> = {
  'X-Request-Id': 'The id of this request, as sent or made; it stands in the logs',
  Location: 'Where the resource is',
  Link: 'The next page, as rel="next"',
  'Retry-After': 'Seconds to wait before trying again',
  Allow: 'Methods that this address takes',
  'WWW-Authenticate': 'How to authenticate, and what was wrong',
  RateLimit: 'What is left of each limit and when its window ends',
  'RateLimit-Policy': 'The limits that apply',
  'X-RateLimit-Limit': 'Requests in a window',
  'X-RateLimit-Remaining': 'Requests left in this window',
  'X-RateLimit-Reset': 'End of the window, in seconds since 1970',
  'Idempotent-Replayed': '`true`: the stored answer of the first request under this key',
  ETag: 'Version of the file',
};
const rateHeaders = [
  'RateLimit',
  'RateLimit-Policy',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
];

const statusText: Readonly<Record<number, string>> = {
  200: 'Done',
  201: 'Created',
  202: 'Accepted; still in progress',
  204: 'Done; nothing to say',
  302: 'Elsewhere',
  304: 'Not changed',
  400: 'The request does not fit the contract',
  401: 'Not authenticated, or with a token that is not valid',
  403: 'Not allowed for this caller',
  404: 'There is no such thing, or it belongs to somebody else',
  406: 'No type that `Accept` names can be answered',
  408: 'The body came too slowly',
  409: 'The state does not allow it, or the same request is still in progress',
  410: 'It was removed',
  413: 'The body is too large',
  414: 'The address is too long',
  415: 'The body is of a type that is not taken',
  422: 'Well formed, but it cannot be done',
  429: 'Too many requests',
  500: 'Fault of the server; logged under the request id',
  503: 'Something that this needs is not available',
};

/** Statuses that the table gives by itself on this route. */
export function statusesOfTheTable(route: Route): readonly number[] {
  const hasBody = route.body !== undefined || route.kind === 'stream';
  return [
    400,
    ...(route.access === 'public' ? [] : [401]),
    ...(['support', 'admin', 'app'].includes(route.access) ? [403] : []),
    // Whatever is named by the address may not be there, or not be the caller's.
    ...(pathsOf(route).some((path) => path.includes(':')) ? [404] : []),
    ...(route.kind === 'file' ? [304] : [406]),
    ...(hasBody ? [408, 413, 415] : []),
    ...(route.idempotent === undefined ? [] : [409, 422]),
    414,
    ...(route.limit === 'none' ? [] : [429]),
    500,
    503,
  ];
}

const isSchema = (spec: ResponseSpec): spec is z.ZodType => spec instanceof z.ZodType;

const idOf = (method: string, path: string) =>
  method +
  path
    .split(/[^A-Za-z0-9]+/)
    .filter((part) => part !== '')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');

const tagOf = (route: Route, path: string) => {
  const [, first = ''] = path.split('/');
  return route.tag ?? (first === '' ? 'palate' : first.toLowerCase());
};

export function describeApi(routes: readonly Route[], about: { version: string }): OpenApiDocument {
  const schemas = createSchemas();
  const problem = schemas.refer(Problem);

  /** Headers that have a note are shared components; a feature's own stand in place. */
  const headersOf = (names: readonly string[]): Readonly<Record<string, HeaderObject>> =>
    Object.fromEntries(
      names.map((name): [string, HeaderObject] => {
        const known = Object.keys(headerNotes).find((header) => header.toLowerCase() === name.toLowerCase());
        return known === undefined
          ? [name, { schema: { type: 'string' } }]
          : [known, { $ref: `#/components/headers/${known}` }];
      }),
    );

  const response = (route: Route, status: number, spec: ResponseSpec | undefined): ResponseObject => {
    const details: ResponseDetails = spec === undefined || isSchema(spec) ? { description: '' } : spec;
    const schema = spec !== undefined && isSchema(spec) ? spec : details.schema;
    const isProblem = schema === Problem || (schema === undefined && status >= 400);
    const description = details.description || (statusText[status] ?? `Status ${status}`);
    const headers = headersOf([
      'X-Request-Id',
      ...(route.limit === 'none' ? [] : rateHeaders),
      ...(status === 401 ? ['WWW-Authenticate'] : []),
      ...([429, 503].includes(status) ? ['Retry-After'] : []),
      ...(route.idempotent !== undefined && status < 400 ? ['Idempotent-Replayed'] : []),
      ...(details.headers ?? []),
    ]);
    if (isProblem) return { description, headers, content: { 'application/problem+json': { schema: problem } } };
    if (status === 204 || status === 304) return { description, headers };
    if (status === 200 && route.kind === 'sse') {
      return { description: details.description || 'Events', headers, content: { 'text/event-stream': {} } };
    }
    const contentType =
      details.contentType ?? (route.kind === 'file' ? 'application/octet-stream' : 'application/json');
    return {
      description,
      headers,
      content: {
        [contentType]: schema ? { schema: schemas.refer(schema) } : {},
        ...Object.fromEntries((details.otherTypes ?? []).map((type) => [type, {}])),
      },
    };
  };

  const parametersOf = (route: Route, path: string): Parameter[] => {
    const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
    const params = schemas.properties(route.params);
    const query = schemas.properties(route.query);
    return [
      ...inPath.map((name) => parameter('path', name, params.get(name)?.schema ?? { type: 'string' }, true)),
      ...[...query].map(([name, { schema, required }]) => parameter('query', name, schema, required)),
      ...(route.idempotent === undefined
        ? []
        : [
            parameter('header', 'Idempotency-Key', {
              type: 'string',
              minLength: 1,
              maxLength: 255,
              pattern: idempotencyKeyForm.source,
              description: 'A repeat under the same key within 24 hours gets the answer of the first request',
            }),
          ]),
      ...(route.kind === 'sse'
        ? [parameter('header', 'Last-Event-ID', { type: 'string', description: 'Id of the last event you have' })]
        : []),
    ];
  };

  /** The fields of the body, of which lists and objects are written as `forms/values.ts` reads them, and the files. */
  const formOf = (body: z.ZodType, { files, required }: FormRules): JsonSchema => {
    const fields = [...schemas.properties(body)];
    const needed = [
      ...fields.flatMap(([name, field]) => (field.required ? [name] : [])),
      ...(required === true ? files : []),
    ];
    return {
      ...schemas.resolve(body),
      properties: {
        ...Object.fromEntries(fields.map(([name, { schema }]) => [name, schema])),
        ...Object.fromEntries(
          files.map((name) => [name, { type: 'string', format: 'binary', ...(required && { minLength: 1 }) }]),
        ),
      },
      ...(needed.length > 0 && { required: needed }),
      additionalProperties: false,
    };
  };

  const requestBodyOf = (route: Route): Operation['requestBody'] => {
    if (route.kind === 'stream') {
      const { contentType, schema } = route.consumes;
      return { required: true, content: { [contentType]: { schema: schemas.refer(schema) } } };
    }
    if (!route.body) return undefined;
    return {
      required: route.form?.required === true || !route.body.safeParse(undefined).success,
      content: {
        ...(route.form?.required !== true && { 'application/json': { schema: schemas.refer(route.body) } }),
        ...(route.form && { 'multipart/form-data': { schema: formOf(route.body, route.form) } }),
      },
    };
  };

  const operation = (route: Route, path: string): Operation => {
    const own = Object.entries(route.responses).map(([status, spec]) => [Number(status), spec] as const);
    const all = new Map<number, ResponseSpec | undefined>(
      statusesOfTheTable(route).map((status) => [status, undefined]),
    );
    if (route.kind === 'sse' || route.kind === 'file') all.set(200, undefined);
    for (const [status, spec] of own) all.set(status, spec);
    const requestBody = requestBodyOf(route);
    const events =
      route.kind === 'sse'
        ? `Server-sent events; the data of each is JSON. A client that returns sends Last-Event-ID.`
        : undefined;
    const notes = [route.description, events, unusedNote(route.method, path)];
    const description = notes.filter((text) => text !== undefined).join('\n\n');
    return {
      operationId: idOf(route.method, path),
      summary: route.summary,
      ...(description === '' ? {} : { description }),
      tags: [tagOf(route, path)],
      security: security[route.access](route.kind),
      parameters: parametersOf(route, path),
      ...(requestBody === undefined ? {} : { requestBody }),
      responses: Object.fromEntries(
        [...all].sort(([a], [b]) => a - b).map(([status, spec]) => [String(status), response(route, status, spec)]),
      ),
    };
  };

  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routes) {
    for (const path of pathsOf(route)) {
      const template = path.replace(/:(\w+)/g, '{$1}');
      (paths[template] ??= {})[route.method] = operation(route, path);
    }
  }
  const tags = new Set(Object.values(paths).flatMap((methods) => Object.values(methods).flatMap(({ tags }) => tags)));

  return {
    openapi: '3.1.1',
    info: {
      title: 'Palate',
      version: about.version,
      description:
        'Turns meal photos and meals in words into nutrition, and keeps the log of each user. Every error is a problem (RFC 9457) with the same keys.',
    },
    servers: [{ url: '/' }],
    tags: [...tags].map((name) => ({ name })),
    paths,
    components: {
      schemas: schemas.components(),
      headers: Object.fromEntries(
        Object.entries(headerNotes).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
      ),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        ticket: { type: 'apiKey', in: 'query', name: 'ticket', description: 'From POST /tickets' },
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        internalKey: { type: 'apiKey', in: 'header', name: 'x-internal-key' },
      },
    },
  };
}

const parameter = (
  place: Parameter['in'],
  name: string,
  { description, ...schema }: JsonSchema,
  required = false,
): Parameter => ({
  name,
  in: place,
  required,
  ...(typeof description === 'string' ? { description } : {}),
  schema,
});
