import type { ProjectId } from '../../model/projects';
import type { ServableVersion } from '../../model/serving';
import { ModelDamaged, ModelTooLarge, type LoadedModel, type ModelCache } from '../../services/models';
import { problem } from '../errors';
import { setBounded } from './bounded';
import type { HeldState } from './states';

/** What answers a request. */
export interface ServedModel {
  readonly model: LoadedModel;
  readonly version: number;
  /** Sentences for whoever asks. */
  readonly notes: readonly string[];
}

/**
 * Which version answers.
 *
 * V1  The served one. While it is being loaded the one that answered before goes on answering, if it is in memory; else the request waits.
 * V2  Where it cannot be loaded, the version that it took the place of answers, and a note says so.
 * V3  A version that could not be loaded is not tried again for some time: a damaged one for longer than one whose object store was unavailable.
 */
export interface ServedModels {
  of(state: HeldState): Promise<ServedModel>;
}

const damagedRestMs = 60_000;
const failedRestMs = 2_000;
const mostKept = 10_000;

interface Fault {
  readonly untilMs: number;
  readonly error: unknown;
}

export function createServedModels({
  cache,
  onFault,
  nowMs = () => performance.now(),
}: {
  cache: Pick<ModelCache, 'get' | 'load'>;
  onFault: (fault: { projectId: ProjectId; version: number; error: unknown }) => void;
  nowMs?: () => number;
}): ServedModels {
  const faults = new Map<string, Fault>();
  const answered = new Map<ProjectId, ServableVersion>();

  async function load(projectId: ProjectId, { version, artefact }: ServableVersion): Promise<LoadedModel | Fault> {
    const known = faults.get(artefact.sha256);
    if (known && known.untilMs > nowMs()) return known;
    try {
      const model = await cache.load(artefact);
      faults.delete(artefact.sha256);
      return model;
    } catch (error) {
      const restMs = isOfTheModel(error) ? damagedRestMs : failedRestMs;
      const fault = { untilMs: nowMs() + restMs, error };
      // Reported once, however many requests waited for the same load.
      if (faults.get(artefact.sha256)?.error !== error) onFault({ projectId, version, error });
      setBounded(faults, artefact.sha256, fault, mostKept);
      return fault;
    }
  }

  const answeredBy = (state: HeldState, one: ServableVersion, model: LoadedModel): ServedModel => {
    const [served] = state.versions;
    const fault = served && served.version !== one.version ? faults.get(served.artefact.sha256) : undefined;
    const notes = served && fault ? [faultNote(served.version, one.version, fault.error)] : [];
    return { model, version: one.version, notes };
  };

  return {
    async of(state) {
      const { projectId, versions } = state;
      const [served] = versions;
      if (served === undefined) throw notReady(state);
      const inMemory = cache.get(served.artefact);
      if (inMemory !== null) {
        if (answered.get(projectId)?.version !== served.version) setBounded(answered, projectId, served, mostKept);
        return { model: inMemory, version: served.version, notes: [] };
      }
      const before = answered.get(projectId);
      const modelBefore = before && versions.some(({ version }) => version === before.version) && cache.get(before.artefact); // prettier-ignore
      if (before && modelBefore) {
        void load(projectId, served);
        return answeredBy(state, before, modelBefore);
      }
      let first: Fault | null = null;
      for (const one of versions) {
        const found = await load(projectId, one);
        if ('recommender' in found) {
          setBounded(answered, projectId, one, mostKept);
          return answeredBy(state, one, found);
        }
        first ??= found;
      }
      throw notServable(projectId, first?.error);
    },
  };
}

const isOfTheModel = (error: unknown): boolean => error instanceof ModelDamaged || error instanceof ModelTooLarge;

const faultNote = (version: number, inPlace: number, error: unknown): string =>
  error instanceof ModelDamaged
    ? `The file of version ${version} is damaged, so version ${inPlace} is served in its place. Train the project again to replace it.`
    : `Version ${version} cannot be loaded at the moment, so version ${inPlace} is served in its place.`;

function notReady({ state, message }: Pick<HeldState, 'state' | 'message'>) {
  const detail =
    state === 'error'
      ? `This project serves nothing, as its training failed${message === null ? '.' : `: ${message}`}`
      : 'This project is not ready: its first training is under way. Ask again once its status is ready.';
  return problem('not-found', { detail });
}

function notServable(projectId: ProjectId, error: unknown): unknown {
  if (error instanceof ModelDamaged)
    return problem('unavailable', {
      detail: `The file of this project's model is damaged. Train the project again: POST /project/${projectId}/train.`,
      cause: error,
    });
  if (error instanceof ModelTooLarge)
    return problem('unavailable', { detail: `${error.message} Tell the operator.`, cause: error });
  return error;
}
