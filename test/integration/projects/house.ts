import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ProjectView } from '../../../src/api/projects/present';
import { ask, type Answer } from '../palate';

export const items = 'movie,Name,genre\nm1,Alien,horror\nm2,Brazil,comedy\nm3,Casino,crime\n';
export const interactions = 'who,movie,stars\n007,m1,5\n007,m2,4\n8,m2,3\n8,m3,5\n9,m1,1\n9,m3,2\n';
export const itemSchema = { item_id: 'movie', item_title: 'Name', feature_cols: ['genre'] };
export const interactionSchema = { user_id: 'who', item_id: 'movie', rating: 'stars' };

export interface Sent {
  project_name?: string;
  content_file?: string | Buffer | null;
  content_schema_json?: unknown;
  interaction_file?: string | Buffer | null;
  interaction_schema_json?: unknown;
}

/** As the studio sends it; what is left out is that of a hybrid project. */
export function projectForm(sent: Sent): FormData {
  const form = new FormData();
  form.append('project_name', sent.project_name ?? 'Films');
  const file = (field: string, value: string | Buffer | null) => {
    if (value !== null)
      form.append(field, new Blob([new Uint8Array(Buffer.from(value))], { type: 'text/csv' }), `${field}s.csv`);
  };
  const schema = (field: string, value: unknown) => {
    if (value !== undefined) form.append(field, typeof value === 'string' ? value : JSON.stringify(value));
  };
  file('content_file', sent.content_file === undefined ? items : sent.content_file);
  schema('content_schema_json', 'content_schema_json' in sent ? sent.content_schema_json : itemSchema);
  file('interaction_file', sent.interaction_file === undefined ? interactions : sent.interaction_file);
  schema(
    'interaction_schema_json',
    'interaction_schema_json' in sent ? sent.interaction_schema_json : interactionSchema,
  );
  return form;
}

export const createProject = (
  url: string,
  token: string,
  sent: Sent = {},
  more: { query?: string; headers?: Record<string, string> } = {},
): Promise<Answer<ProjectView & { detail: string }>> =>
  ask(url, 'POST', `/create-project/${more.query ?? ''}`, {
    token,
    form: projectForm(sent),
    ...(more.headers && { headers: more.headers }),
  });

export const hostile = (name: string): Buffer =>
  readFileSync(path.join(process.env.PALATE_TEST_DATA ?? '', 'csv-hostile', name));
export const packed = (text: string): Buffer => gzipSync(Buffer.from(text));
export const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');

/** Typed as the text that it stands for. */
export const containing = (text: string): string => expect.stringContaining(text) as string;
