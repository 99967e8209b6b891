import type { Connection } from 'mongoose';
import { createTrainingProgressStore } from './progress';
import { createTrainingRunStore } from './runs';
import { createProjectScheduleStore } from './schedules';
import { createTrainerStore } from './trainers';
import { createModelVersionStore } from './versions';

/** What is kept of trainings: runs, how far they are, the versions that came of them, schedules, and the trainers. */
export const createTrainingStore = (connection: Connection, clock: () => Date) => ({
  runs: createTrainingRunStore(connection, clock),
  progress: createTrainingProgressStore(connection, clock),
  versions: createModelVersionStore(connection, clock),
  schedules: createProjectScheduleStore(connection, clock),
  trainers: createTrainerStore(connection),
});
export type TrainingStore = ReturnType<typeof createTrainingStore>;
