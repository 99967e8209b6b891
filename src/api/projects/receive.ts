import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { maxProjectName, type ModelType } from '../../model/projects';
import { invalid } from '../errors';
import { receiveForm } from '../forms/multipart';
import type { ChosenFile } from '../forms/sentFiles';
import { digestOf } from '../middleware/idempotency';
import { validate } from '../validation';
import { interactionColumns, itemColumns } from './columns';
import type { ProjectDeps } from './deps';
import type { SentFile } from './sample';

/** What came in for a project. The files lie in a folder until `discard`. */
export interface ReceivedProject {
  /** Empty in a dry run that names none. */
  name: string;
  modelType: ModelType;
  files: SentFile[];
  /** Stands for all that was sent. */
  digest: string;
  discard: () => Promise<void>;
}

export const fields = { items: 'content_file', interactions: 'interaction_file' } as const;
const maxFieldBytes = 262_144;
const idleMs = 30_000;
/** Two files of 500 MB at 1.2 Mbit/s. */
export const uploadDeadlineMs = 2 * 3600_000;

export const ProjectName = z
  .string()
  .trim()
  .min(1, 'is empty')
  .max(maxProjectName, `is longer than ${maxProjectName} characters`)
  .refine((name) => !/\p{Cc}/u.test(name), 'holds a character that is not shown');

const Form = z.strictObject({
  project_name: ProjectName,
  content_schema_json: z.string().optional(),
  interaction_schema_json: z.string().optional(),
});
const DryForm = Form.extend({ project_name: z.union([z.literal(''), ProjectName]).default('') });

/** Reads the form. Throws as `receiveForm` does, and 400 for what does not fit; nothing is left behind then. */
export async function receiveProject(
  { maxFileBytes, tempDir }: Pick<ProjectDeps, 'maxFileBytes' | 'tempDir'>,
  request: IncomingMessage,
  { dryRun, signal }: { dryRun: boolean; signal: AbortSignal },
): Promise<ReceivedProject> {
  const form = await receiveForm(request, {
    files: [[fields.items], [fields.interactions]],
    repeats: true,
    maxBytes: maxFileBytes,
    tempDir,
    maxFieldBytes,
    idleMs,
    deadlineMs: uploadDeadlineMs,
    signal,
  });
  try {
    const named = once(form.fields);
    const input = { params: undefined, query: undefined, body: named };
    const { body } = await validate({ body: dryRun ? DryForm : Form }, input);
    const [items, interactions] = form.files.map((file) => (file && isNone(file) ? null : file));
    const files: SentFile[] = [];
    const ofItems = itemColumns(body.content_schema_json);
    const ofInteractions = interactionColumns(body.interaction_schema_json);
    if (items) files.push({ ...taken(items), kind: 'items', columns: ofItems });
    if (interactions) files.push({ ...taken(interactions), kind: 'interactions', columns: ofInteractions });
    if (files.length === 0)
      return invalid('body.content_file', `No file was sent. Send items in the field ${fields.items}, interactions in the field ${fields.interactions}, or both.`); // prettier-ignore
    return {
      name: body.project_name,
      modelType: files.length === 2 ? 'hybrid' : items ? 'content' : 'collaborative',
      files,
      digest: digestOf(
        JSON.stringify(Object.entries(named).sort(([one], [other]) => (one < other ? -1 : 1))),
        ...files.flatMap(({ kind, sha256 }) => [kind, sha256]),
      ),
      discard: form.discard,
    };
  } catch (error) {
    await form.discard();
    throw error;
  }
}

function once(sent: readonly (readonly [string, string])[]): Record<string, string> {
  const all = new Map<string, string>();
  for (const [name, text] of sent) {
    // Where a script had no file.
    if (name === fields.items || name === fields.interactions) continue;
    if (all.has(name)) return invalid(`body.${name}`, `The field ${name} was sent twice.`);
    all.set(name, text);
  }
  return Object.fromEntries(all);
}

/** What browsers send of an input that nobody filled in. */
const isNone = ({ bytes, statedName }: ChosenFile): boolean => bytes === 0 && statedName === '';

const longestName = 120;
const taken = ({ path, bytes, sha256, fieldName, statedName }: ChosenFile) => {
  const name = statedName
    .replace(/\p{Cc}/gu, '')
    .trim()
    .slice(0, longestName);
  if (bytes === 0) invalid(`body.${fieldName}`, `${name || fieldName} is empty: its first line should name the columns, and rows should follow.`); // prettier-ignore
  return { path, bytes, sha256, name: name || `${fieldName}.csv` };
};
