import { CookieJar } from './cookies';

/**
 * A page of an origin in a browser, as far as a server can tell: what its scripts send, and what they get to see.
 *
 * B1  Every request to another origin says its `Origin`. One that a form could not send is asked for first by a preflight, which carries
 *     neither cookies nor tokens (Fetch standard, 4.8).
 * B2  What the answers do not allow fails as in a browser: the script learns that it failed and nothing else. A test learns why.
 * B3  A script reads the headers that are exposed to it, and `Set-Cookie` never.
 * B4  Cookies go out and are kept only where a request includes credentials.
 * B5  A page gives up after its own time-out.
 */
export interface PageOptions {
  /** As browsers write it: `http://localhost:5173`, or `null` for a page opened from a file. */
  origin: string;
  /** What relative addresses begin with. */
  base?: string;
  /** Of requests that state none. */
  credentials?: Credentials;
  timeoutMs?: number;
  /** Another page of the same browser shares its cookies. */
  cookies?: CookieJar;
}
export type Credentials = 'omit' | 'same-origin' | 'include';

export interface PageRequest {
  method?: string;
  headers?: Record<string, string>;
  body?: string | FormData;
  credentials?: Credentials;
}

export interface PageAnswer {
  status: number;
  ok: boolean;
  /** Those that the script may read. */
  headers: Headers;
  text: string;
  /** Parses `text`, and throws like a script's `response.json()`; `read` is what the script makes of it. */
  json<T>(read?: (value: unknown) => T): T;
}

/** What the script sees as `TypeError: Failed to fetch`; `reason` is what a browser writes to its console. */
export class BlockedByBrowser extends TypeError {
  override name = 'BlockedByBrowser';
  constructor(readonly reason: string) {
    super(`Failed to fetch: ${reason}`);
  }
}
export class TimedOut extends Error {
  override name = 'TimedOut';
}

const simpleMethods = ['GET', 'HEAD', 'POST'];
const simpleHeaders = ['accept', 'accept-language', 'content-language'];
const simpleTypes = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];
const readableHeaders = [
  'cache-control',
  'content-language',
  'content-length',
  'content-type',
  'expires',
  'last-modified',
  'pragma',
];
const browser = {
  'user-agent': 'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36',
  'accept-language': 'en-US,en;q=0.9',
};

const listOf = (header: string | null) =>
  (header ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
const needsPreflight = ([name, value]: [string, string]) =>
  name === 'content-type'
    ? !simpleTypes.includes(value.split(';')[0]!.trim().toLowerCase())
    : !simpleHeaders.includes(name);
/** Scheme and host: a port parts origins, not sites. (Of hosts with names, their registrable part would do; tests use none.) */
const isSameSite = (origin: string, { protocol, hostname }: URL) =>
  origin !== 'null' && new URL(origin).protocol === protocol && new URL(origin).hostname === hostname;

export function openPage({
  origin,
  base,
  credentials: usual = 'same-origin',
  timeoutMs,
  cookies = new CookieJar(),
}: PageOptions) {
  /** Of every request of the page, the preflight as well. */
  const said = (mode: 'cors' | 'no-cors', site: string) => ({
    ...browser,
    ...(origin !== 'null' && { referer: `${origin}/` }),
    'sec-fetch-mode': mode,
    'sec-fetch-site': site,
    'sec-fetch-dest': mode === 'cors' ? 'empty' : 'image',
  });
  const siteOf = (url: URL) =>
    url.origin === origin ? 'same-origin' : isSameSite(origin, url) ? 'same-site' : 'cross-site';

  async function send(url: URL, init: RequestInit): Promise<Response> {
    const signal = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(url, { ...init, redirect: 'error', ...(signal && { signal }) });
      // The body counts, too; what is read below is here already.
      const body = [204, 304].includes(response.status) ? null : await response.arrayBuffer();
      const { status, headers } = response;
      return new Response(body, { status, headers });
    } catch (error) {
      if (signal?.aborted) throw new TimedOut(`timeout of ${timeoutMs}ms exceeded: ${init.method} ${url.pathname}`);
      throw error;
    }
  }

  /** Whether the answer may be seen by a script of the page. */
  function checkLeave(what: string, headers: Headers, includes: boolean): void {
    const named = headers.get('access-control-allow-origin');
    if (named !== origin && (named !== '*' || includes))
      throw new BlockedByBrowser(`${what}: Access-Control-Allow-Origin is ${named}, and the page is of ${origin}`);
    if (includes && headers.get('access-control-allow-credentials') !== 'true')
      throw new BlockedByBrowser(`${what}: credentials were included, and Access-Control-Allow-Credentials is missing`);
  }

  async function preflight(url: URL, method: string, unusual: string[], includes: boolean): Promise<void> {
    const what = `preflight of ${method} ${url.pathname}`;
    const { status, headers } = await send(url, {
      method: 'OPTIONS',
      headers: {
        ...said('cors', siteOf(url)),
        accept: '*/*',
        origin,
        'access-control-request-method': method,
        ...(unusual.length > 0 && { 'access-control-request-headers': unusual.join(',') }),
      },
    });
    checkLeave(what, headers, includes);
    if (status < 200 || status > 299) throw new BlockedByBrowser(`${what}: answered ${status}`);
    const methods = listOf(headers.get('access-control-allow-methods'));
    if (
      !simpleMethods.includes(method) &&
      !methods.includes(method.toLowerCase()) &&
      (includes || !methods.includes('*'))
    )
      throw new BlockedByBrowser(`${what}: the method is not allowed`);
    const allowed = listOf(headers.get('access-control-allow-headers'));
    const wild = !includes && allowed.includes('*');
    for (const name of unusual)
      if (!allowed.includes(name) && (!wild || name === 'authorization'))
        throw new BlockedByBrowser(`${what}: the header ${name} is not allowed`);
  }

  const readable = (headers: Headers, includes: boolean, isOwn: boolean): Headers => {
    const exposed = listOf(headers.get('access-control-expose-headers'));
    const all = isOwn || (!includes && exposed.includes('*'));
    return new Headers(
      [...headers].filter(
        ([name]) => name !== 'set-cookie' && (all || readableHeaders.includes(name) || exposed.includes(name)),
      ),
    );
  };

  return {
    cookies,

    /** What a script's `fetch` does. Throws `BlockedByBrowser`, `TimedOut`, or what the network throws. */
    async fetch(target: string, request: PageRequest = {}): Promise<PageAnswer> {
      const { method: stated = 'GET', headers: own = {}, body, credentials = usual } = request;
      const method = stated.toUpperCase();
      const url = new URL(target, base);
      const isOwn = url.origin === origin;
      const includes = credentials === 'include' || (credentials === 'same-origin' && isOwn);
      const stating = new Headers(own);
      if (typeof body === 'string' && !stating.has('content-type'))
        stating.set('content-type', 'text/plain;charset=UTF-8');
      const unusual = [...stating].filter(needsPreflight).map(([name]) => name);
      if (!isOwn && (!simpleMethods.includes(method) || unusual.length > 0))
        await preflight(url, method, unusual.sort(), includes);

      const cookie = includes ? cookies.header(url, isSameSite(origin, url)) : null;
      const response = await send(url, {
        method,
        headers: {
          ...said('cors', siteOf(url)),
          accept: '*/*',
          ...Object.fromEntries(stating),
          ...((!isOwn || !['GET', 'HEAD'].includes(method)) && { origin }),
          ...(cookie !== null && { cookie }),
        },
        ...(body !== undefined && { body }),
      });
      if (includes)
        for (const header of response.headers.getSetCookie()) cookies.store(header, url, isSameSite(origin, url));
      if (!isOwn) checkLeave(`${method} ${url.pathname}`, response.headers, includes);
      const text = await response.text();
      return {
        status: response.status,
        ok: response.ok,
        headers: readable(response.headers, includes, isOwn),
        text,
        json: <T>(read = (value: unknown) => value as T) => read(JSON.parse(text)),
      };
    },

    /** What `<img src>` does: no token, no preflight. Gives type and bytes; throws where the page would show a broken picture. */
    async showImage(src: string): Promise<{ type: string; bytes: number }> {
      const url = new URL(src, base);
      const site = siteOf(url);
      const cookie = cookies.header(url, isSameSite(origin, url));
      const response = await send(url, {
        method: 'GET',
        headers: {
          ...said('no-cors', site),
          accept: 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
          ...(cookie !== null && { cookie }),
        },
      });
      const { status, headers } = response;
      const policy = headers.get('cross-origin-resource-policy');
      if ((policy === 'same-origin' && site !== 'same-origin') || (policy === 'same-site' && site === 'cross-site'))
        throw new BlockedByBrowser(`picture ${url.pathname}: Cross-Origin-Resource-Policy is ${policy}`);
      const type = headers.get('content-type') ?? '';
      const { byteLength: bytes } = await response.arrayBuffer();
      if (status !== 200 || !type.startsWith('image/') || bytes === 0)
        throw new BlockedByBrowser(`picture ${url.pathname}: answered ${status} with ${type || 'no type'}`);
      return { type, bytes };
    },
  };
}
export type Page = ReturnType<typeof openPage>;

/** The address of a server of this machine, as pages that name `localhost` call it. */
export const byName = (url: string): string => url.replace('//127.0.0.1:', '//localhost:');
