import * as kind from '../kinds';
import { orNull, setting } from '../documented';

const HOUR_MS = 3_600_000;

export const requestsVariables = {
  port: setting(kind.wholeNumber(0, 65_535), {
    variable: 'PORT',
    byDefault: '3000',
    example: '3000',
    meaning: 'Port of the API. 0 takes any free port.',
  }),
  host: setting(kind.text(), {
    variable: 'HOST',
    byDefault: '127.0.0.1',
    example: '0.0.0.0',
    meaning: 'Address the API listens on; the image sets 0.0.0.0.',
  }),
  extraPorts: setting(orNull(kind.listenAddresses()), {
    variable: 'EXTRA_PORTS',
    unset: 'no other port',
    example: '8000,3001,127.0.0.1:8080',
    meaning:
      'More places where the same API listens, for clients that know several servers: ports (on `HOST`), or `host:port` with IPv6 in brackets, comma separated.',
  }),
  publicUrl: setting(orNull(kind.baseUrl()), {
    variable: 'PUBLIC_URL',
    unset: 'the address the API listens on; required in production',
    example: 'https://palate.example.com',
    meaning: 'How clients reach the API; begins every absolute link. https in production, except on this machine.',
  }),
  trustProxy: setting(kind.trustedProxies(), {
    variable: 'TRUST_PROXY',
    byDefault: 'false',
    example: '1',
    meaning:
      'Proxies whose `X-Forwarded-For` is believed: `false`, how many are in front, or their addresses (`loopback, 10.0.0.0/8`).',
  }),
  corsOrigins: setting(orNull(kind.origins()), {
    variable: 'CORS_ORIGINS',
    unset:
      'as `*`; outside production pages on this machine (`localhost`, `127.0.0.0/8`, `[::1]`, any port) may send credentials',
    example: 'https://app.example.com,null',
    meaning:
      'Origins of browser clients: `*` (any, without credentials) or a list (with credentials). `null` is the origin of a page opened from a file.',
  }),
  rateLimitMax: setting(kind.wholeNumber(1, 10_000_000), {
    variable: 'RATE_LIMIT_MAX',
    byDefault: '100',
    example: '600',
    meaning:
      'Requests in a window for each account. Raising it lifts every general limit, that by address too; health and pictures are exempt.',
  }),
  rateLimitAddressFactor: setting(kind.wholeNumber(1, 10_000), {
    variable: 'RATE_LIMIT_ADDRESS_FACTOR',
    byDefault: '10',
    example: '50',
    meaning:
      'Requests without an account may be so many times RATE_LIMIT_MAX in a window and address (an IPv6 network of /64 counts as one), as many people share one.',
  }),
  rateLimitWindowMs: setting(kind.wholeNumber(1000, HOUR_MS), {
    variable: 'RATE_LIMIT_WINDOW_MS',
    unit: 'ms',
    byDefault: '60000',
    example: '60000',
    meaning: 'Length of that window.',
  }),
};
