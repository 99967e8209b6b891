import type { StoredArtefact } from '../../model/training';
import type { ModelCopies } from './copies';
import { CopyDamaged, ModelDamaged, ModelTooLarge } from './errors';
import type { LoadedModel, LoadModel } from './loader';

/**
 * Models in memory, by the checksum of their artefacts.
 *
 * K1  One model is loaded once, however many wait for it; so many different ones at a time as `atOnce` says.
 * K2  Together they hold at most `maxBytes`; what is being loaded counts as its artefact. The ones that were used least recently go first, and one that alone is larger is refused.
 * K3  A copy on the disk that is damaged is fetched again, once: then the object itself is.
 */
export interface ModelCache {
  /** Null where it is not in memory. */
  get(artefact: StoredArtefact): LoadedModel | null;
  /** Throws ModelDamaged, ModelTooLarge, and what the object store throws. */
  load(artefact: StoredArtefact): Promise<LoadedModel>;
  /** Loads that are under way are given up. */
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
}

export function createModelCache({
  copies,
  loadFile,
  maxBytes,
  atOnce = 2,
  onLoad,
  onHeld,
}: ModelCacheDeps): ModelCache {
  /** In the order of their last use. */
  const held = new Map<string, LoadedModel>();
  const loading = new Map<string, { bytes: number; model: Promise<LoadedModel> }>();
  const waiting: (() => void)[] = [];
  const closing = new AbortController();
  let running = 0;

  const heldBytes = (): number => [...held.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  const loadingBytes = (): number => [...loading.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  const tell = () => onHeld?.({ models: held.size, bytes: heldBytes() });

  function makeRoom(bytes: number): void {
    for (const key of held.keys()) {
      if (heldBytes() + bytes <= maxBytes) break;
      held.delete(key);
    }
    tell();
  }

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
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

  async function load(artefact: StoredArtefact): Promise<LoadedModel> {
    const from = performance.now();
    const told = (outcome: LoadOutcome) => onLoad?.({ outcome, ms: performance.now() - from });
    try {
      const tooLarge = () => {
        throw new ModelTooLarge(
          `The model takes ${megabytes(artefact.bytes)} MB, and this server holds ${megabytes(maxBytes)} MB of models.`,
        );
      };
      if (artefact.bytes > maxBytes) tooLarge();
      makeRoom(loadingBytes());
      const model = await fromCopy(artefact);
      if (model.bytes > maxBytes) tooLarge();
      loading.delete(artefact.sha256);
      makeRoom(model.bytes + loadingBytes());
      held.set(artefact.sha256, model);
      tell();
      told('loaded');
      return model;
    } catch (error) {
      told(error instanceof ModelDamaged ? 'damaged' : error instanceof ModelTooLarge ? 'too large' : 'failed');
      throw error;
    } finally {
      loading.delete(artefact.sha256);
    }
  }

  return {
    get({ sha256 }) {
      const model = held.get(sha256);
      if (model === undefined) return null;
      held.delete(sha256);
      held.set(sha256, model);
      return model;
    },
    load(artefact) {
      const model = this.get(artefact);
      if (model !== null) return Promise.resolve(model);
      const under = loading.get(artefact.sha256);
      if (under) return under.model;
      const begun = inTurn(() => load(artefact));
      loading.set(artefact.sha256, { bytes: artefact.bytes, model: begun });
      return begun;
    },
    close() {
      closing.abort(new Error('The models are closed.'));
      held.clear();
    },
  };
}

const megabytes = (bytes: number): number => Math.ceil(bytes / 1_000_000);
