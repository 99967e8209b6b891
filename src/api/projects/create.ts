import { z } from 'zod';
import type { Id } from '../../model/ids';
import { projectPrefix, uploadKey } from '../../model/projectKeys';
import { projectQuotas, type Project, type ProjectId, type Upload } from '../../model/projects';
import { newRun, recordRun } from '../../launches/training';
import type { Launch } from '../../model/launches';
import { conflict, HttpProblem, invalid, notFound, problem, Problem } from '../errors';
import { reply, stream, type Limit, type Route } from '../route';
import type { ProjectDeps } from './deps';
import { dryRun, DryRunView } from './dryRun';
import { presentProject, ProjectView } from './present';
import { fields, receiveProject, type ReceivedProject } from './receive';
import { sampleFiles, SampleRefused, type Samples } from './sample';
import { createUploadSlots } from './uploadSlots';

/**
 * `POST /create-project/`: a hidden row, the objects, then one transaction that shows the project and records its first training.
 *
 * C1  From the answer on the training is under way, whatever happens to this process.
 * C2  Of two of one name at once one is made; nothing of the other is left behind.
 * C3  What dies before the transaction is hidden, and is removed an hour later.
 */
const removeAfterMs = 3600_000;
const limit: Limit = { name: 'create-project', max: 200, windowMs: 3600_000, by: 'account' };

const file = (description: string) => z.string().meta({ format: 'binary', description });
const Sent = z.strictObject({
  project_name: z.string(),
  content_file: file('Items as CSV, also packed with gzip').optional(),
  content_schema_json: z.string().optional().meta({
    description:
      'JSON `{item_id, item_title, category, timestamp, feature_cols}`: names of columns, of features a list. What is left out is guessed by the header',
  }),
  interaction_file: file('Interactions as CSV, also packed with gzip').optional(),
  interaction_schema_json: z
    .string()
    .optional()
    .meta({ description: 'JSON `{user_id, item_id, rating, timestamp}`: names of columns' }),
});

export const createRoutes = (deps: ProjectDeps, slots = createUploadSlots()): Route[] => [
  stream(
    {
      method: 'post',
      path: '/create-project',
      access: 'user',
      tag: 'projects',
      summary: 'Upload files and begin to train a recommender',
      description:
        'Send items, interactions, or both: what is sent decides the kind of the model. The answer is the project, whose training goes on by itself. With `dry_run=true` nothing is kept, and the answer says what would be read.',
      query: z.object({ dry_run: z.enum(['true', 'false']).optional() }),
      limit,
      idempotent: true,
      consumes: { contentType: 'multipart/form-data', schema: Sent },
      responses: {
        200: z.union([ProjectView, DryRunView]),
        403: { description: 'The account has as many projects, or as much uploaded, as it may', schema: Problem },
        409: { description: 'You have a project of this name', schema: Problem },
        410: { description: 'A repeat under its key; the project was deleted since', schema: Problem },
      },
    },
    async (context) => {
      const { caller, request, signal } = context;
      const isDry = context.query.dry_run === 'true';
      // Not read for nothing. A repeat under its key has its answer already.
      if (!isDry && context.headers['idempotency-key'] === undefined) await refuseFull(deps, caller.id, 0);
      const freeSlot = slots.take(caller.id);
      let received: ReceivedProject | null = null;
      try {
        received = await receiveProject(deps, request, { dryRun: isDry, signal });
        const nowMs = deps.clock().getTime();
        if (isDry) return await dryRun(received, nowMs);
        const samples = await sampled(received, nowMs);
        const sent = received;
        return await context.idempotent(sent.digest, async (creationId) => {
          const { project, launch } = await createProject(deps, {
            ...sent,
            ownerId: caller.id,
            creationId,
            warnings: warningsOf(samples),
            requestId: context.requestId,
          });
          if (launch) context.afterAnswer(() => deps.launches.start(launch));
          return reply(200, presentProject(project, null));
        });
      } finally {
        await received?.discard();
        freeSlot();
      }
    },
  ),
];

async function sampled({ files }: ReceivedProject, nowMs: number): Promise<Samples> {
  try {
    return await sampleFiles(files, nowMs);
  } catch (error) {
    if (error instanceof SampleRefused) return invalid(`body.${fields[error.kind]}`, error.message);
    throw error;
  }
}

/** Only of what was read to its end: the training says it of all. */
const warningsOf = ({ files, warnings }: Samples): string[] => [
  ...files.flatMap(({ report, isWhole }) => (isWhole ? report.warnings.map((text) => `${report.file}: ${text}`) : [])),
  ...warnings,
];

async function refuseFull({ store }: ProjectDeps, ownerId: Id, bytes: number): Promise<void> {
  const used = await store.projects.usageOf(ownerId);
  if (used.projects >= projectQuotas.projects) throw tooMany();
  if (used.uploadBytes + bytes > projectQuotas.uploadBytes) throw tooMuch();
}
const tooMany = (): HttpProblem =>
  problem('forbidden', {
    detail: `You have ${projectQuotas.projects} projects, the most that an account may have. Delete one first.`,
  });
const tooMuch = (): HttpProblem =>
  problem('forbidden', {
    detail: `With these files your uploads are more than ${projectQuotas.uploadBytes / 1e9} GB, the most that an account may have. Delete a project first.`,
  });
const nameTaken = (name: string) => conflict(`You have a project named ${name} already. Choose another name.`);

interface Wanted extends Pick<ReceivedProject, 'name' | 'modelType' | 'files'> {
  ownerId: Id;
  creationId: Id;
  warnings: string[];
  requestId: string;
}

/** `launch`: of the run that is to be started; null where an earlier request made the project. */
async function createProject(deps: ProjectDeps, wanted: Wanted): Promise<{ project: Project; launch: Launch | null }> {
  const { projects } = deps.store;
  const { ownerId, name, modelType, creationId, files } = wanted;
  const earlier = await projects.findCreated(ownerId, creationId);
  if (earlier) return { project: earlier, launch: null };
  await refuseFull(
    deps,
    ownerId,
    files.reduce((sum, { bytes }) => sum + bytes, 0),
  );
  if (await projects.isNameTaken(ownerId, name)) nameTaken(name);

  const id = await projects.open({ ownerId, name, modelType, creationId }, removeAfterMs);
  let isRecording = false;
  try {
    const uploads = await putFiles(deps, id, wanted);
    isRecording = true;
    const launch = await record(deps, id, wanted, uploads);
    return { project: (await projects.find(id, ownerId)) ?? notFound('project'), launch };
  } catch (error) {
    // What came of a transaction that failed otherwise is not known: what is hidden still goes in an hour.
    if (!isRecording || error instanceof HttpProblem) {
      await deps.objects.removePrefix(projectPrefix(ownerId, id));
      await projects.remove(id);
    }
    throw error;
  }
}

async function putFiles(deps: ProjectDeps, id: ProjectId, { ownerId, files }: Wanted): Promise<Upload[]> {
  const uploads: Upload[] = [];
  for (const sent of files) {
    const { path, bytes, sha256, name } = sent;
    const key = uploadKey(ownerId, id, sent.kind);
    await deps.objects.put(key, { path, bytes }, { contentType: 'text/csv' });
    const facts = { fileName: name, key, bytes, sha256 };
    uploads.push(
      sent.kind === 'items'
        ? { ...facts, kind: sent.kind, columns: sent.columns }
        : { ...facts, kind: sent.kind, columns: sent.columns },
    );
  }
  return uploads;
}

async function record(deps: ProjectDeps, id: ProjectId, wanted: Wanted, uploads: Upload[]): Promise<Launch> {
  const { store, clock } = deps;
  const { ownerId, name, warnings, requestId } = wanted;
  const run = newRun({ id, ownerId }, { requestedBy: 'upload', requestId }, deps.training);
  await store.transaction(async (session) => {
    // An upload takes minutes, and its owner may be erased meanwhile.
    if (!(await store.accounts.isActive(ownerId, session))) throw problem('token-invalid');
    const training = { runId: run.runId, startedAt: clock() };
    const revealed = await store.projects.reveal(id, ownerId, { uploads, warnings, training }, session);
    if (revealed === 'name taken') nameTaken(name);
    if (revealed === 'too many projects') throw tooMany();
    if (revealed === 'too many bytes') throw tooMuch();
    if (revealed === 'gone') throw problem('unavailable', { detail: 'The upload took too long. Send it again.' });
    await recordRun(store, { id, ownerId }, run, session);
  });
  return run.launch;
}
