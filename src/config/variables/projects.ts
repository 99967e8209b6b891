import * as kind from '../kinds';
import { setting } from '../documented';

export const projectsVariables = {
  csvMaxMb: setting(kind.decimal(0.001, 5_000), {
    variable: 'CSV_MAX_MB',
    unit: 'MB',
    byDefault: '500',
    example: '500',
    meaning: 'Largest file of items or interactions that is taken in (1 MB = 1,000,000 bytes), as it is sent.',
  }),
  trainBudgetS: setting(kind.decimal(0, 86_400), {
    variable: 'TRAIN_BUDGET_S',
    unit: 's',
    byDefault: '30',
    example: '30',
    meaning:
      'How long one training searches for a model. With 0 the first candidate alone is tried. Reading the files, judging and the last fit come on top.',
  }),
  minTrainingSamples: setting(kind.wholeNumber(1, 1_000_000_000), {
    variable: 'MIN_TRAINING_SAMPLES',
    byDefault: '10',
    example: '10',
    meaning: 'With fewer interactions nothing is learnt: content or popularity is served.',
  }),
  trainHeartbeatMs: setting(kind.wholeNumber(500, 600_000), {
    variable: 'TRAIN_HEARTBEAT_MS',
    unit: 'ms',
    byDefault: '30000',
    example: '30000',
    meaning: 'A trainer that was killed is missed after this time; then another one goes on.',
  }),
  modelMemoryMb: setting(kind.wholeNumber(1, 1_000_000), {
    variable: 'MODEL_MEMORY_MB',
    unit: 'MB',
    byDefault: '1024',
    example: '1024',
    meaning:
      'How much memory of one process of the API models may take (1 MB = 1,000,000 bytes). The ones that were asked least recently go first; a model that alone is larger is not served.',
  }),
  modelDiskMb: setting(kind.wholeNumber(1, 10_000_000), {
    variable: 'MODEL_DISK_MB',
    unit: 'MB',
    byDefault: '8192',
    example: '8192',
    meaning:
      'How much of the disk copies of models may take (1 MB = 1,000,000 bytes), in `cache/models` under PALATE_HOME. They may be removed at any time.',
  }),
} as const;
