/**
 * The cookies of one browser, as fetch of a page stores and sends them (RFC 6265bis, the parts that servers of an API use).
 *
 * K1  A cookie belongs to a host, never to a port: two servers on `localhost` share theirs.
 * K2  `SameSite` is Lax where it is not stated. From a page of another site neither Lax nor Strict is sent with fetch, nor stored.
 * K3  `Secure` needs https, or this machine. `None` needs `Secure`.
 */
interface Cookie {
  name: string;
  value: string;
  host: string;
  path: string;
  secure: boolean;
  sameSite: 'strict' | 'lax' | 'none';
  /** Milliseconds since 1970. */
  expiresAt: number;
}

const isOfThisMachine = (host: string) => host === 'localhost' || host === '[::1]' || host.startsWith('127.');
const isSafe = ({ protocol, hostname }: URL) => protocol === 'https:' || isOfThisMachine(hostname);
const covers = (path: string, asked: string) =>
  asked === path || (asked.startsWith(path) && (path.endsWith('/') || asked[path.length] === '/'));
const defaultPath = ({ pathname }: URL) => pathname.slice(0, Math.max(1, pathname.lastIndexOf('/')));

export class CookieJar {
  private cookies: Cookie[] = [];

  constructor(private readonly now: () => number = Date.now) {}

  /** Takes one `Set-Cookie` of an answer of `url`; `sameSite`: the page is of the site of `url`. */
  store(header: string, url: URL, sameSite: boolean): void {
    const [pair = '', ...rest] = header.split(';').map((part) => part.trim());
    const at = pair.indexOf('=');
    if (at < 1) return;
    const attributes = new Map(
      rest.map((part) => {
        const [name = '', ...value] = part.split('=');
        return [name.toLowerCase(), value.join('=')] as const;
      }),
    );
    const stated = attributes.get('samesite')?.toLowerCase();
    const cookie: Cookie = {
      name: pair.slice(0, at),
      value: pair.slice(at + 1),
      host: url.hostname,
      path: attributes.get('path')?.startsWith('/') ? attributes.get('path')! : defaultPath(url),
      secure: attributes.has('secure'),
      sameSite: stated === 'strict' || stated === 'none' ? stated : 'lax',
      expiresAt: this.endOf(attributes),
    };
    const domain = attributes.get('domain')?.replace(/^\./, '').toLowerCase();
    if (domain && domain !== url.hostname) return;
    if (cookie.secure && !isSafe(url)) return;
    if (cookie.sameSite === 'none' ? !cookie.secure : !sameSite) return;
    this.cookies = this.cookies.filter(
      ({ name, host, path }) => name !== cookie.name || host !== cookie.host || path !== cookie.path,
    );
    if (cookie.expiresAt > this.now()) this.cookies.push(cookie);
  }

  /** The `Cookie` of a request to `url`; null: none. */
  header(url: URL, sameSite: boolean): string | null {
    const sent = this.cookies.filter(
      ({ host, path, secure, sameSite: rule, expiresAt }) =>
        host === url.hostname &&
        covers(path, url.pathname) &&
        (!secure || isSafe(url)) &&
        (rule === 'none' || sameSite) &&
        expiresAt > this.now(),
    );
    return sent.length === 0 ? null : sent.map(({ name, value }) => `${name}=${value}`).join('; ');
  }

  private endOf(attributes: ReadonlyMap<string, string>): number {
    const maxAge = attributes.get('max-age');
    if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return this.now() + Number(maxAge) * 1_000;
    const expires = Date.parse(attributes.get('expires') ?? '');
    return Number.isNaN(expires) ? Infinity : expires;
  }
}
