import type { Exporters } from '../api/accounts/export';
import type { Passwords } from '../api/accounts/passwords';
import type { Capabilities } from '../api/capabilities';
import type { HealthCheck, HealthSource, ShellDeps, TemporalHandle } from '../api/deps';
import type { Pace } from '../api/middleware/stall';
import type { Paging } from '../api/paging';
import type { Route } from '../api/route';
import type { SupportPanel } from '../api/support/panel';
import type { Circuits } from '../activities/outbound/circuits';
import type { Eraser, OrderedEraser } from '../activities/erasure';
import type { Settings } from '../config/settings';
import type { Project } from '../model/projects';
import type { ErasureTiming } from '../messages/erasure';
import type { ActivityQueue } from '../messages/queues';
import type { WorkflowFacts } from '../messages/workflow';
import type { ObjectStore } from '../services/objects';
import type { Fdc } from '../services/fooddata';
import type { Changes } from '../store/changes';
import type { WatchedCollection } from '../store/changeStream';
import type { CircuitKind, CircuitName } from '../store/circuits';
import type { Sealer } from '../store/sealed';
import type { Store } from '../store/store';
import type { ScheduledRun } from '../worker/schedules';
import type { Base, PreparingParts } from './base';

/**
 * The manifest of a feature: everything that it brings to the running processes.
 *
 * M1  `features/index.ts` lists the manifests, and the roles loop over the list: no role knows a feature by name.
 * M2  What concerns a person is required: a manifest that forgets its eraser or its exporters does not compile.
 * M3  What a role gets is built by one function, once a process, so that a client or a counter made there is shared by all that it gives.
 */
export interface FeatureManifest {
  /** The same in every layer; search attribute of its runs. It never changes: erasures that are under way carry it. */
  readonly name: string;
  /** Earlier names, under which an erasure that is under way may still ask for its eraser. */
  readonly aliases?: readonly string[];
  /** Its workflows, from `messages`. */
  readonly workflows?: Readonly<Record<string, WorkflowFacts>>;
  readonly eraser: FeatureEraser | Nothing;
  /** Its parts of the account export, by the key under which each stands there. */
  readonly exporters: ((store: Store) => Exporters) | Nothing;
  /** The outside systems that it calls, each behind a circuit. */
  readonly circuits?: (settings: Settings) => FeatureCircuits;
  /** Collections whose rows requests wait for. */
  readonly watched?: (store: Store) => readonly WatchedCollection[];
  /** Adds the feature's own numbers, as gauges that are read from MongoDB when somebody scrapes; every role shows them. */
  readonly metrics?: (parts: MetricParts) => void;
  /**
   * Of its runs that begin with preparing a picture (launches with a `fairnessKey`): whether this one is open and its picture not prepared.
   * False for a run of another feature. Throws as the store does, and the client where Temporal is away.
   */
  readonly isPreparing?: (parts: PreparingParts, workflowId: string) => Promise<boolean>;
  /** What support's page of one account shows of it. */
  readonly supportPanel?: (parts: PanelParts) => SupportPanel;
  readonly api?: (parts: ApiParts) => ApiPart | Promise<ApiPart>;
  readonly worker?: (parts: WorkerParts) => WorkerPart | Promise<WorkerPart>;
  /** What it brings to a trainer: activities of the queue `training`, and pollers. */
  readonly trainer?: (parts: WorkerParts) => WorkerPart | Promise<WorkerPart>;
}

/** Said in place of an eraser or of exporters, with the reason. */
export interface Nothing {
  readonly nothing: string;
}
export const nothing = (because: string): Nothing => ({ nothing: because });
export const isNothing = (value: object): value is Nothing => 'nothing' in value;

export interface FeatureEraser {
  /**
   * Its place among the erasers, lowest first. 0 is first, so that nothing is sent of what is being erased; `lastOrder` is the account's
   * own, whose row keeps the e-mail address taken until the rest is gone.
   */
  readonly order: number;
  readonly create: (parts: EraserParts) => Eraser;
}
export const lastOrder = 1_000;

export interface EraserParts {
  readonly store: Store;
  readonly objects: ObjectStore;
  /** Terminates a run; one that has ended or never was is fine. */
  readonly endRun: (workflowId: string) => Promise<void>;
  /** Removes a project's schedule from Temporal; one that is not there is fine. */
  readonly removeSchedule: (project: Pick<Project, 'id' | 'ownerId'>) => Promise<void>;
}

export type FeatureCircuits = Readonly<Partial<Record<CircuitKind, CircuitFacts>>>;
export interface CircuitFacts {
  /** Account and address: where one of them changes, what was found out with the old ones is forgotten. */
  readonly scope: readonly (string | null)[];
  /** Longest time that one call through it may take. */
  readonly callMs: number;
}

type Shared = Omit<Base, 'temporal' | 'mongo' | 'close'>;

/** What tests make shorter or cheaper in the API; what is unset has the default of where it is used. */
export interface ApiOptions {
  /** How slowly clients may send a body; the default is that of the middleware. */
  pace?: Pace;
  headersTimeoutMs?: number;
  barcodeWaitMs?: number;
  /** Between "not ready" and the first refused connection. */
  drainMs?: number;
  /** For answers under way when it stops. */
  graceMs?: number;
  /** Cheaper ones for tests: a hash is made to cost a quarter of a second. */
  passwords?: Passwords;
  erasureTiming?: ErasureTiming;
  /** The compiled thread that loads models; beside its source there is none. */
  modelThread?: string;
}

export type MetricParts = Pick<Base, 'settings' | 'store' | 'clock' | 'metrics'>;
export type PanelParts = Pick<Base, 'store' | 'settings'>;

/** What the API role hands to each feature. */
export interface ApiParts extends Shared {
  /** Rejects with `TemporalUnavailable` where Temporal is known to be away. */
  readonly temporal: TemporalHandle;
  readonly changes: Changes;
  readonly capabilities: Capabilities;
  readonly sealer: Sealer;
  readonly paging: Paging;
  /** Of all features, as are the panels. */
  readonly exporters: Exporters;
  readonly panels: readonly SupportPanel[];
  readonly options: ApiOptions;
}

/** What a feature brings to the API. */
export interface ApiPart {
  readonly routes: readonly Route[];
  readonly healthChecks?: readonly HealthCheck[];
  /** Started once the routes are made; stopped before the server. */
  readonly pollers?: readonly StartPoller[];
  /** Who a caller is: exactly one feature says. */
  readonly authentication?: Pick<ShellDeps, 'authenticate' | 'findCaller' | 'mayStay'>;
  /** The classifier that `/health` names: one feature says. */
  readonly model?: HealthSource['model'];
  /** Ends what it runs beside routes and pollers, once the server has stopped. */
  readonly stop?: () => Promise<void>;
}

/** What tests shorten in the features of the worker; what is unset has the default of where it is used. */
export interface WorkerPartOptions {
  /** After which another launcher takes over what one has begun to start. */
  launchLeaseMs?: number;
  /** The compiled thread that computes trainings; beside its source there is none. */
  trainingThread?: string;
  /** Between two looks for trainings whose runs were ended from outside. */
  trainingSweepMs?: number;
}

/** What the worker role hands to each feature. */
export interface WorkerParts extends Shared {
  readonly options: WorkerPartOptions;
  readonly temporal: Base['temporal'];
  readonly circuits: Circuits;
  /** FoodData Central behind its circuit; null: not configured. */
  readonly fdc: Fdc | null;
  /** Of all features, in the order in which they run. */
  readonly erasers: readonly OrderedEraser[];
}

/** What a feature brings to the workers. */
export interface WorkerPart {
  /** By task queue, `main` with all of them; each a list, so that two activities of one name are found (`activities.ts`). */
  readonly activities?: Readonly<Partial<Record<ActivityQueue, readonly object[]>>>;
  readonly schedules?: readonly ScheduledRun[];
  /** Started beside the worker; stopped before it. */
  readonly pollers?: readonly StartPoller[];
  /** This process closed a circuit: its system is well again. */
  readonly onCircuitClosed?: (circuit: CircuitName) => void;
  /** Ends what it runs beside activities and pollers. */
  readonly stop?: () => Promise<void>;
}

export type StartPoller = () => { stop(): Promise<void> };
