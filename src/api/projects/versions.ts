import { z } from 'zod';
import type { Id } from '../../model/ids';
import { eventFacts, previousVersion, ProjectId, servedVersion, type Project } from '../../model/projects';
import { RequestedBy, type ModelVersion } from '../../model/training';
import type { Candidate } from '../../ml/recommend/training/candidate';
import { newId } from '../../store/ids';
import { conflict, notFound, problem, Problem } from '../errors';
import { nextLink, PageQuery } from '../paging';
import { json, reply, type Route } from '../route';
import type { ProjectDeps } from './deps';
import { EvaluationView, paramsOf, presentEvaluation } from './evaluation';
import { ownedProject, ProjectParams } from './owned';

/** The registry of a project's models, and the moves of what is served. */
const Version = z.coerce.number('is not the number of a version').int('is not the number of a version').min(1);
const VersionParams = z.object({ id: ProjectId, version: Version });

const VersionView = z
  .object({
    version: z.int(),
    created_at: z.string(),
    served: z.boolean(),
    previous: z.boolean().meta({ description: 'A rollback would serve it' }),
    promoted_by: z
      .string()
      .nullable()
      .meta({ description: '`training`, or the id of who promoted it; null: never served' }),
    algorithm: z.string(),
    quality: z.string(),
    metrics: z.record(z.string(), z.number().nullable()).nullable(),
    fingerprint: z.string().meta({ description: 'SHA-256 of what it was trained on' }),
    available: z.boolean().meta({ description: 'Its model is kept, and can be served again' }),
  })
  .meta({ id: 'ModelVersion' });
const CardView = VersionView.extend({
  code_version: z.string(),
  params: z.record(z.string(), z.unknown()),
  outcome: z.string(),
  reason: z.string(),
  seed: z.int(),
  counts: z.object({ users: z.int(), items: z.int(), interactions: z.int() }),
  bytes: z.int(),
  model_bytes: z.int(),
  sha256: z.string().nullable(),
  requested_by: RequestedBy,
  started_at: z.string(),
  finished_at: z.string(),
}).meta({ id: 'ModelCard' });

export const presentVersion = (
  { version, createdAt, promotedBy, card, artefact }: ModelVersion,
  project: Pick<Project, 'served'>,
): z.infer<typeof VersionView> => ({
  version,
  created_at: createdAt.toISOString(),
  served: servedVersion(project) === version,
  previous: previousVersion(project) === version,
  promoted_by: promotedBy,
  algorithm: card.chosen.algorithm,
  quality: card.chosen.quality,
  metrics: card.metrics,
  fingerprint: card.fingerprint,
  available: artefact !== null,
});

const presentCard = (row: ModelVersion, project: Pick<Project, 'served'>): z.infer<typeof CardView> => {
  const { card, artefact } = row;
  return {
    ...presentVersion(row, project),
    code_version: card.codeVersion,
    params: paramsOf(card.chosen.candidate as Candidate | null),
    outcome: card.chosen.outcome,
    reason: card.chosen.reason,
    seed: card.seed,
    counts: card.counts,
    bytes: card.bytes,
    model_bytes: card.modelBytes,
    sha256: artefact?.sha256 ?? null,
    requested_by: card.requestedBy,
    started_at: card.startedAt.toISOString(),
    finished_at: card.finishedAt.toISOString(),
  };
};

const moved = 'What is served changed at the same moment. Look again, and decide anew.';
const removed = (version: number) =>
  conflict(`The model of version ${version} is not kept any more, so it cannot be served. Train the project anew.`);

export const versionRoutes = (deps: ProjectDeps): Route[] => {
  const { store, paging } = deps;
  const { runs, versions } = store.training;
  const owned = ownedProject(deps);

  /** One move of what is served, with its event; the version is looked up in the same transaction, so that its model is not removed meanwhile. */
  const move = (id: number, ownerId: Id, how: 'promote' | 'rollBack', choose: (project: Project) => number) =>
    store.transaction(async (session): Promise<{ project: Project; row: ModelVersion }> => {
      const before = (await store.projects.find(id, ownerId, session)) ?? notFound('project');
      const version = choose(before);
      const row = (await versions.find(id, version, session)) ?? notFound('version');
      if (how === 'promote' && servedVersion(before) === version) return { project: before, row };
      if (row.artefact === null) return removed(version);
      const { algorithm, quality } = row.card.chosen;
      const project = await store.projects[how](id, ownerId, before.served, { version, algorithm, quality }, session);
      if (project === null) return conflict(moved);
      await versions.notePromoted(id, version, ownerId, session);
      await store.events.record(
        {
          type: 'model_promoted',
          ownerId,
          projectId: id,
          subjectId: `${id}:${version}:${newId()}`,
          data: { ...eventFacts(project), version, move: how === 'promote' ? 'promote' : 'rollback' },
        },
        session,
      );
      return { project, row: { ...row, promotedBy: ownerId } };
    });

  return [
    json(
      {
        method: 'get',
        path: '/project/:id/evaluation',
        access: 'user',
        tag: 'projects',
        summary: 'How the candidates of the last judged training compare',
        params: ProjectParams,
        responses: { 200: EvaluationView },
      },
      async ({ params, caller }) => {
        const { id } = await owned(params.id, caller.id);
        const run = await runs.latestEvaluated(id);
        if (run === null)
          throw problem('not-found', {
            detail: 'No training of this project has come so far that it judged anything.',
          });
        return presentEvaluation(run);
      },
    ),
    json(
      {
        method: 'get',
        path: '/project/:id/versions',
        access: 'user',
        tag: 'projects',
        summary: 'Trained versions, latest first',
        params: ProjectParams,
        query: PageQuery,
        responses: {
          200: {
            description: 'A bare array; `Link` leads to the next page',
            schema: z.array(VersionView),
            headers: ['link'],
          },
        },
      },
      async ({ params, caller, path, query: { limit, cursor } }) => {
        const project = await owned(params.id, caller.id);
        const list = `versions:${project.id}`;
        const before = paging.idBefore(list, cursor);
        const rows = await versions.list(project.id, limit + 1, before === null ? null : Number(before));
        const page = paging.page(list, rows, limit, ({ version }) => [version]);
        return reply(
          200,
          page.items.map((row) => presentVersion(row, project)),
          nextLink(path, page, limit),
        );
      },
    ),
    json(
      {
        method: 'get',
        path: '/project/:id/versions/:version',
        access: 'user',
        tag: 'projects',
        summary: 'The model card of a version',
        params: VersionParams,
        responses: { 200: CardView },
      },
      async ({ params, caller }) => {
        const project = await owned(params.id, caller.id);
        return presentCard((await versions.find(project.id, params.version)) ?? notFound('version'), project);
      },
    ),
    json(
      {
        method: 'post',
        path: '/project/:id/versions/:version/promote',
        access: 'user',
        tag: 'projects',
        summary: 'Serve a version',
        description: 'Served within a second everywhere. A rollback takes it back.',
        params: VersionParams,
        responses: { 200: VersionView, 409: { description: 'Its model is not kept any more', schema: Problem } },
      },
      async ({ params, caller }) => {
        const { project, row } = await move(params.id, caller.id, 'promote', () => params.version);
        return presentVersion(row, project);
      },
    ),
    json(
      {
        method: 'post',
        path: '/project/:id/rollback',
        access: 'user',
        tag: 'projects',
        summary: 'Serve the version before again',
        params: ProjectParams,
        responses: {
          200: VersionView,
          409: { description: 'There is none before, or its model is not kept', schema: Problem },
        },
      },
      async ({ params, caller }) => {
        const { project, row } = await move(
          params.id,
          caller.id,
          'rollBack',
          (before) => previousVersion(before) ?? conflict('There is no version before the one that is served.'),
        );
        return presentVersion(row, project);
      },
    ),
  ];
};
