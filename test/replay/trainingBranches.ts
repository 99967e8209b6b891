import { trainingFailures, type TrainingTiming } from '../../src/messages/training';
import type { Answer, Branch } from './recordBranches';

/** Ways of a training, of what begins one on a schedule, and of a project's removal. */
const timing: TrainingTiming = { heartbeatMs: 5_000, turnPollMs: 100 };
const patient: TrainingTiming = { ...timing, turnPollMs: 60_000 };

const gives = (value: unknown): Answer => ({ gives: value });
const fails = (type: string): Answer => ({ fails: type });
const done = gives(null);
const lost: Answer = { lost: true };
const works: Answer = { works: 'until cancelled' };

const searched: Branch['activities'] = {
  takeTrainingTurn: [gives('go')],
  ingestProject: [done],
  splitProject: [gives('search')],
  searchCandidates: [done],
  evaluateCandidates: [done],
  chooseModel: [done],
  refitModel: [done],
  registerVersion: [done],
  promoteVersion: [done],
  settleTraining: [gives('done')],
};
const training = (
  name: string,
  activities: Branch['activities'],
  { then, timing: own = timing }: Partial<Pick<Branch, 'then'>> & { timing?: TrainingTiming } = {},
): Branch => ({
  name,
  workflow: 'trainProject',
  args: { projectId: 1, runId: name, timing: own },
  activities: { ...searched, ...activities },
  ...(then && { then }),
});
const failed = { settleTraining: [gives('failed')] };
const cancelled = { settleTraining: [gives('cancelled')] };

export const trainingBranches: readonly Branch[] = [
  training('trained', {}),
  training('trained-without-a-search', { splitProject: [gives('unlearnt')] }),
  training('training-refused', { ingestProject: [fails(trainingFailures.refused)], ...failed }),
  training('training-nothing-to-learn', { splitProject: [fails(trainingFailures.refused)], ...failed }),
  training('training-project-gone', { refitModel: [fails(trainingFailures.gone)], ...cancelled }),
  // The trainer is killed in each phase that computes; what is recorded of the phase before is gone on with.
  training('training-resumed', {
    ingestProject: [lost, done],
    searchCandidates: [lost, lost, done],
    refitModel: [lost, done],
    promoteVersion: [lost, done],
  }),
  training('training-in-line', { takeTrainingTurn: [gives('wait'), gives('wait'), gives('go')] }),
  training(
    'training-woken',
    { takeTrainingTurn: [gives('wait'), gives('go')] },
    { timing: patient, then: { after: 'takeTrainingTurn', what: 'wake up' } },
  ),
  training('training-cancelled-in-line', { takeTrainingTurn: [gives('wait'), gives('cancelled')], ...cancelled }),
  training('training-cancelled', { searchCandidates: [fails(trainingFailures.cancelled)], ...cancelled }),
  training('training-cancelled-before-promotion', {
    promoteVersion: [fails(trainingFailures.cancelled)],
    ...cancelled,
  }),
  training(
    'training-stopped-by-an-operator',
    { searchCandidates: [works], ...cancelled },
    { then: { after: 'searchCandidates', what: 'cancel' } },
  ),
  training(
    'training-cancelled-by-its-owner',
    { refitModel: [works], ...cancelled },
    { then: { after: 'refitModel', what: 'cancel the training' } },
  ),
  training(
    'training-cancelled-by-its-owner-in-line',
    { takeTrainingTurn: [gives('wait')], ...cancelled },
    { timing: patient, then: { after: 'takeTrainingTurn', what: 'cancel the training' } },
  ),
  // Cancelled when what it found was served already.
  training('training-stopped-too-late', { promoteVersion: [fails(trainingFailures.cancelled)] }),
  ...(['started', 'already training', 'project gone'] as const).map((outcome) => ({
    name: `training-requested-${outcome.replace(' ', '-')}`,
    workflow: 'requestTraining',
    args: { projectId: 1 },
    activities: { beginScheduledTraining: [gives(outcome)] },
  })),
  {
    name: 'training-schedule-applied',
    workflow: 'applyTrainingSchedule',
    args: { projectId: 1 },
    activities: { applySchedule: [done] },
  },
  {
    name: 'project-removed',
    workflow: 'removeProject',
    args: { projectId: 1, ownerId: 'owner', pauseMs: 20, lateMs: 50 },
    activities: {
      removeProjectParts: [gives('training'), gives('training'), gives('removed')],
      removeLateObjects: [done],
    },
  },
];
