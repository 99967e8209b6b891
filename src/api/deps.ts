import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { Id } from '../model/ids';
import type { Role } from '../model/accounts';
import type { Settings } from '../config/settings';
import type { Launches } from '../launches/launch';
import type { ObjectStore } from '../services/objects/objectStore';
import type { Changes } from '../store/changes';
import type { IdempotencyStore } from '../store/idempotency';
import type { RateLimitStore } from '../store/rateLimits';
import type { Sealer } from '../store/sealed';
import type { Store } from '../store/store';
import type { TicketHolder, TicketStore } from '../store/tickets';
import type { Metrics } from '../telemetry/metrics';

/** Who asks, on routes for people. `role` orders as `user` < `support` < `admin`; each may do what those before it may. */
export interface Caller {
  readonly id: Id;
  readonly email: string;
  readonly role: Role;
  /** The log-in that the token or ticket came from, where it came from one; and the state of the account's sessions at that time. */
  readonly sessionId?: string | undefined;
  readonly sessionVersion?: number | undefined;
  /** When the log-in was, where the token says so. */
  readonly signedInAt?: Date;
  /** Of an access token; a ticket's caller has none. */
  readonly tokenExpiresAt?: Date;
}

/** Who asks, on routes for apps (`x-api-key`). */
export interface AppCaller {
  readonly id: Id;
  readonly name: string;
  readonly ownerId: Id;
}

/** Checks a bearer token. Never throws for a bad one; throws only when it could not be checked (then 503 or 500). */
export type Authenticate = (bearer: string) => Authentication | Promise<Authentication>;
export type Authentication = Caller | 'expired' | 'invalid';

/** Temporal as the API sees it: it may be away, and most of the API works without it. */
export interface TemporalHandle {
  /** Rejects with `TemporalUnavailable` at once where Temporal is known to be away. */
  client(): Promise<Client>;
}

export class TemporalUnavailable extends Error {
  override readonly name = 'TemporalUnavailable';
  constructor(options?: { cause?: unknown }) {
    super('Temporal cannot be reached', options);
  }
}

/** What the shell reads of the settings. */
export interface ShellSettings {
  readonly nodeEnv?: 'development' | 'test' | 'production';
  /** `*`: any origin, without credentials; named origins also with credentials; null: see `middleware/cors`. */
  readonly corsOrigins: '*' | readonly string[] | null;
  /** Express's `trust proxy`: false, a number of hops, or addresses. */
  readonly trustProxy: false | number | readonly string[];
  /** Absolute address of this server for links, without a slash at the end; missing or null: as each client names it. */
  readonly publicUrl?: string | null;
  readonly rateLimitMax: number;
  /** How many times `rateLimitMax` an address may ask without an account. */
  readonly rateLimitAddressFactor: number;
  readonly rateLimitWindowMs: number;
  /** Temporal's own pages, for operators; linked from `/`. */
  readonly temporalUiUrl?: string | null;
  /** `/metrics` is for everyone; false: for callers with `x-internal-key`, and 404 to others. */
  readonly metricsOnApi: boolean;
  /** Keys that `x-internal-key` may hold; none: internal routes answer 401 to everyone. */
  readonly nodeInternalKey?: readonly string[] | null;
}

/** One thing the server needs, as `/health` tells of it. */
export interface HealthCheck {
  /** `mongodb`, `temporal`, `worker`, `objects`, … */
  readonly name: string;
  /** True: while it is missing the server is not ready. False: it is degraded. */
  readonly required: boolean;
  /** What does not work without it, and what still does; a sentence for a person. */
  readonly without: string;
  /** Resolves where it answers, with a sentence where only some of it does; rejects where not. Bounded in time by the caller. */
  probe(): Promise<unknown>;
}

/** What the shell itself needs; features add theirs in `ApiDeps`. */
export interface ShellDeps {
  readonly settings: ShellSettings;
  readonly log: Logger;
  readonly clock: () => Date;
  readonly metrics: Metrics;
  readonly store: {
    readonly idempotency: IdempotencyStore;
    readonly rateLimits: RateLimitStore;
    readonly tickets: TicketStore;
  };
  readonly sealer: Sealer;
  readonly authenticate: Authenticate;
  /** The account of a ticket as it is now; null where it is gone or may not log in, or the ticket's session has ended. */
  readonly findCaller: (holder: TicketHolder) => Promise<Caller | null>;
  /** A check whether an event stream of the caller may stay open: its token, session, account and role. Cheap enough for every two seconds. */
  readonly mayStay: (caller: Caller) => () => Promise<boolean>;
  /** The app that an `x-api-key` belongs to; absent until apps exist. */
  readonly authenticateApp?: (apiKey: string) => Promise<AppCaller | null>;
  readonly health: HealthSource;
  /** Whether a release of FoodData Central was imported; missing where nobody could tell. */
  readonly hasImportedFoods?: () => Promise<boolean>;
}

/** Facts for `/health`. */
export interface HealthSource {
  readonly checks: readonly HealthCheck[];
  /** Package version, shown to people. */
  readonly version: string;
  /** `embedded` or `external` for each engine, and the object store: where state is kept. */
  readonly persistence: Readonly<Record<string, string>>;
  /** Model that classifies pictures, or null where none is configured. */
  readonly model: () => { readonly version: string; readonly loaded: boolean } | null;
}

/** What the features' routes are built from. */
export interface ApiDeps extends Omit<ShellDeps, 'settings' | 'store'> {
  readonly settings: Settings;
  readonly store: Store & ShellDeps['store'];
  readonly objects: ObjectStore;
  readonly launches: Launches;
  readonly temporal: TemporalHandle;
  readonly changes: Changes;
}
