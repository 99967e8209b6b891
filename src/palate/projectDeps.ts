import type { ProjectDeps } from '../api/projects/deps';
import type { ApiParts } from './feature';
import { trainingDefaults } from './training';

/** What the routes of projects need, and those of their trainings. */
export const projectDepsOf = (parts: ApiParts): ProjectDeps => ({
  ...parts,
  training: trainingDefaults(parts.settings),
  maxFileBytes: Math.round(parts.settings.csvMaxMb * 1e6),
  // Of its own: files of one form wait for each other longer than pictures do.
  tempDir: `${parts.settings.tempDir}-projects`,
});
