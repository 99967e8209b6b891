import type { StoredArtefact } from '../../model/training';
import type { ModelCopies } from './copies';
import { CopyDamaged, ModelDamaged, ModelTooLarge } from './errors';
import type { LoadedModel, LoadModel } from './loader';

/**
 * Models in memory, by the checksum of their artefacts.
 *
 * K1  One model is loaded once, however many requests wait for it; at most `atOnce` loads run at a time, in the order in which they were asked for.
 * K2  Together they hold at most `maxBytes`. A load that begins reserves the size of its artefact and waits while other running loads leave no room for it; one that waits reserves nothing. The least recently used models are evicted first, and a model that alone is larger is refused.
 * K3  A damaged copy on the disk is fetched again, once; if that copy is damaged as well, the object itself is.
 * K4  A model that was not used for `unusedMs` is evicted by `evictUnused`, so that none long outlives its project.
 */
export interface ModelCache {
  /** Null where it is not in memory. */
  get(artefact: StoredArtefact): LoadedModel | null;
  /** Throws ModelDamaged, ModelTooLarge, and what the object store throws. */
  load(artefact: StoredArtefact): Promise<LoadedModel>;
  evictUnused(): void;
  /** Aborts running loads. */
  close(): void;
}

export type LoadOutcome = 'loaded' | 'damaged' | 'too large' | 'failed';
export interface ModelCacheDeps {
  readonly copies: ModelCopies;
  readonly loadFile: LoadModel;
  readonly maxBytes: number;
  readonly atOnce?: number;
  readonly onLoad?: (load: { outcome: LoadOutcome; ms: number }) => void;
  readonly onHeld?: (held: { models: number; bytes: number }) => void;
  readonly nowMs?: () => number;
}

const unusedMs = 3_600_000;

export function createModelCache({
  copies,
  loadFile,
  maxBytes,
  atOnce = 2,
  onLoad,
  onHeld,
  nowMs = () => performance.now(),
}: ModelCacheDeps): ModelCache {
  /** In the order of their last use. */
  const held = new Map<string, { model: LoadedModel; usedMs: number }>();
  /** Running and waiting. */
  const loading = new Map<string, Promise<LoadedModel>>();
  const waiting: { bytes: number; begin: () => void }[] = [];
  const closing = new AbortController();
  let running = 0;
  /** By running loads. */
  let reservedBytes = 0;

  const heldBytes = (): number => [...held.values()].reduce((sum, { model }) => sum + model.bytes, 0);
  const reportHeld = () => onHeld?.({ models: held.size, bytes: heldBytes() });

  /** Until what is held, what is reserved and `bytes` more fit. */
  function evictFor(bytes: number): void {
    for (const key of held.keys()) {
      if (heldBytes() + reservedBytes + bytes <= maxBytes) break;
      held.delete(key);
    }
    reportHeld();
  }

  const mayBegin = (bytes: number): boolean => running < atOnce && reservedBytes + bytes <= maxBytes;
  function reserve(bytes: number): void {
    running += 1;
    reservedBytes += bytes;
    evictFor(0);
  }
  async function awaitTurn(bytes: number): Promise<void> {
    if (waiting.length === 0 && mayBegin(bytes)) reserve(bytes);
    // Reserved by the load whose end begins this one.
    else await new Promise<void>((begin) => waiting.push({ bytes, begin }));
  }
  function beginWaiting(): void {
    for (let next = waiting[0]; next && mayBegin(next.bytes); next = waiting[0]) {
      waiting.shift();
      reserve(next.bytes);
      next.begin();
    }
  }

  async function fromCopy(artefact: StoredArtefact): Promise<LoadedModel> {
    const { signal } = closing;
    const { sha256 } = artefact;
    for (let isSecond = false; ; isSecond = true) {
      try {
        return await loadFile({ path: await copies.fetch(artefact, signal), sha256 }, signal);
      } catch (error) {
        const isGone = (error as NodeJS.ErrnoException).code === 'ENOENT';
        if (!(error instanceof CopyDamaged) && !isGone) throw error;
        await copies.discard(artefact);
        if (isSecond) throw error instanceof CopyDamaged ? new ModelDamaged(error.message, { cause: error }) : error;
      }
    }
  }

  const tooLarge = ({ bytes }: StoredArtefact) =>
    new ModelTooLarge(
      `The model takes ${megabytes(bytes)} MB, and this server holds ${megabytes(maxBytes)} MB of models.`,
    );

  async function measuredLoad(artefact: StoredArtefact): Promise<LoadedModel> {
    const from = performance.now();
    const report = (outcome: LoadOutcome) => onLoad?.({ outcome, ms: performance.now() - from });
    try {
      if (artefact.bytes > maxBytes) throw tooLarge(artefact);
      const model = await fromCopy(artefact);
      if (model.bytes > maxBytes) throw tooLarge(artefact);
      report('loaded');
      return model;
    } catch (error) {
      report(error instanceof ModelDamaged ? 'damaged' : error instanceof ModelTooLarge ? 'too large' : 'failed');
      throw error;
    }
  }

  async function load(artefact: StoredArtefact): Promise<LoadedModel> {
    const { sha256, bytes } = artefact;
    // What will be refused evicts nothing.
    let reserved = bytes > maxBytes ? 0 : bytes;
    await awaitTurn(reserved);
    try {
      const model = await measuredLoad(artefact);
      // From here on what it holds counts, which may be more than its artefact.
      reservedBytes -= reserved;
      reserved = 0;
      evictFor(model.bytes);
      held.set(sha256, { model, usedMs: nowMs() });
      reportHeld();
      return model;
    } finally {
      loading.delete(sha256);
      running -= 1;
      reservedBytes -= reserved;
      beginWaiting();
    }
  }

  return {
    get({ sha256 }) {
      const found = held.get(sha256);
      if (found === undefined) return null;
      held.delete(sha256);
      held.set(sha256, { ...found, usedMs: nowMs() });
      return found.model;
    },
    load(artefact) {
      const model = this.get(artefact);
      if (model !== null) return Promise.resolve(model);
      const underWay = loading.get(artefact.sha256);
      if (underWay) return underWay;
      const begun = load(artefact);
      loading.set(artefact.sha256, begun);
      return begun;
    },
    evictUnused() {
      const sinceMs = nowMs() - unusedMs;
      for (const [key, { usedMs }] of held) if (usedMs <= sinceMs) held.delete(key);
      reportHeld();
    },
    close() {
      closing.abort(new Error('The models are closed.'));
      held.clear();
    },
  };
}

const megabytes = (bytes: number): number => Math.ceil(bytes / 1_000_000);
