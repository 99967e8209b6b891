import type { Id } from './ids';
import type { ModelType, ProjectId, ProjectState } from './projects';
import type { StoredArtefact } from './training';

/** What it takes to answer requests for recommendations of a project: read together, as one move of the registry changes it. */
export interface ServingState {
  projectId: ProjectId;
  ownerId: Id;
  modelType: ModelType;
  state: ProjectState;
  /** Of the project: why its first training failed. */
  message: string | null;
  /** The served version first, then those that it took the place of; each once, and only those that can still be served. */
  versions: ServableVersion[];
  removedUsersSalt: string;
  /** Grows with each removal of a user. */
  removals: number;
  /** Salted hashes of removed users; null where `removals` is the number that the reader knows. */
  removedUsers: string[] | null;
}

export interface ServableVersion {
  version: number;
  artefact: StoredArtefact;
}
