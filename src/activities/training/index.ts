import { createPhases, type PhasesDeps } from './phases';
import { createRegistry, type RegistryDeps } from './registry';
import { createScheduleActivities, type ScheduleDeps } from './schedules';

/** Every activity of trainings. */
export const createTrainingActivities = (deps: PhasesDeps & RegistryDeps & ScheduleDeps) => ({
  ...createPhases(deps),
  ...createRegistry(deps),
  ...createScheduleActivities(deps),
});
