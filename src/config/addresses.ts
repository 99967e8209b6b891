import { isIPv6 } from 'node:net';

/** Where a process listens. `host`: a name or an address, IPv6 without brackets. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** As in a URL: `127.0.0.1:8000`, `[::1]:8000`. */
export const shownAddress = ({ host, port }: ListenAddress): string => `${isIPv6(host) ? `[${host}]` : host}:${port}`;

const isWildcard = (host: string) => host === '0.0.0.0' || host === '::';

/** As in a URL that is called from the same machine: what listens everywhere is there, too. */
export const localAddress = ({ host, port }: ListenAddress): string =>
  shownAddress({ host: isWildcard(host) ? '127.0.0.1' : host, port });

/** Whether only one of two can be listened on. Port 0 takes any free one. */
export const collide = (one: ListenAddress, other: ListenAddress): boolean =>
  one.port === other.port &&
  one.port !== 0 &&
  (one.host.toLowerCase() === other.host.toLowerCase() || isWildcard(one.host) || isWildcard(other.host));
