import { byName, openPage } from './client';
import { firstOf, listOf, numberOf, textOf } from './reading';

/**
 * AiREC's dashboard, a page of localhost:5173 that knows a server of accounts, one of data and one of apps, and its static clients, pages
 * that are opened from a file. Nobody includes credentials. The studio sends the token and reads `detail`; a 401 signs the user out. Apps and
 * static clients send a key or nothing, and read `details || error`.
 */
export type Json = Record<string, unknown>;
export interface Servers {
  accounts: string;
  data: string;
  apps: string;
}
export type Person = ReturnType<typeof newPerson>;

/** Those that its bundle names, at the ports of a test. */
export function serversOf(urls: readonly string[]): Servers {
  const [accounts = '', data = '', apps = ''] = urls.map(byName);
  return { accounts, data, apps };
}

let people = 0;
export const newPerson = () => ({
  name: 'Ada',
  email: `curator-${process.pid}-${(people += 1)}@example.com`,
  password: 'correct-horse-1',
});

export function openDashboard({ accounts, data, apps }: Servers, origin = 'http://localhost:5173') {
  const page = openPage({ origin });
  let token: string | null = null;

  const enter = async (path: string, body: Json) => {
    const answer = await page.fetch(accounts + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const read = answer.json<Json>();
    const message = textOf(read.message, 'message');
    if (read.success !== true) throw new Error(message);
    return { status: answer.status, message, read };
  };

  return {
    signedIn: () => token !== null,
    signUp: (path: string, person: Json) => enter(path, person),
    useToken: (given: string) => {
      token = given;
    },
    async logIn(path: string, { email, password }: Json) {
      const { read } = await enter(path, { email, password });
      token = textOf(read.jwttoken, 'jwttoken');
      return { token, name: textOf(read.name, 'name'), email: textOf(read.email, 'email') };
    },

    /** A call of the studio. `shown`: the sentence under `detail` where it failed; a 401 signs out. */
    async studio(method: string, path: string, body?: FormData) {
      const answer = await page.fetch(data + path, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(body && { body }),
      });
      if (answer.status === 401) token = null;
      const read = answer.json<unknown>();
      return answer.ok
        ? { status: answer.status, shown: null, read }
        : { status: answer.status, shown: textOf((read as Json).detail, 'detail'), read: null };
    },

    async app(method: string, path: string, body?: Json) {
      const answer = await page.fetch(apps + path, {
        method,
        ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
      return { status: answer.status, shown: shownOf(answer.json<Json>()) };
    },
  };
}
export type Dashboard = ReturnType<typeof openDashboard>;

const shownOf = (read: Json) => textOf(firstOf(read.details, read.error), 'error');

/** A folder of HTML and JavaScript, opened from the disk, with the key of an app in it. */
export async function askAsStaticClient({ apps }: Servers, body: Json) {
  const page = openPage({ origin: 'null' });
  const answer = await page.fetch(`${apps}/api/recommend`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'key-of-an-app' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, shown: shownOf(answer.json<Json>()) };
}

const statuses = ['processing', 'ready', 'error'];
const modelTypes = ['content', 'collaborative', 'hybrid'];
export interface ShownProject {
  id: number;
  name: string;
  status: string;
  modelType: string;
  model: string | null;
  version: string | null;
  message: string | null;
}

/** A row of its table: words are compared as they are, so capitals would be other words. */
function projectOf(value: unknown, what: string): ShownProject {
  const row = value as Json;
  const word = (key: string, known: string[]) => {
    const said = textOf(row[key], `${what}.${key}`);
    if (!known.includes(said)) throw new TypeError(`${what}.${key} is none of ${known.join(', ')}: ${said}`);
    return said;
  };
  const orNull = (key: string) => (row[key] === null ? null : textOf(row[key], `${what}.${key}`));
  if (Number.isNaN(Date.parse(textOf(row.created_at, `${what}.created_at`))))
    throw new TypeError(`${what}.created_at is no date`);
  const id = numberOf(row.id, `${what}.id`);
  // 0 is taken for none.
  if (!Number.isSafeInteger(id) || id < 1) throw new TypeError(`${what}.id is no id: ${id}`);
  return {
    id,
    name: textOf(row.project_name, `${what}.project_name`),
    status: word('status', statuses),
    modelType: word('model_type', modelTypes),
    model: orNull('mlflow_model_name'),
    version: orNull('mlflow_model_version'),
    message: orNull('message'),
  };
}

/** What it writes into the line of a recommendation. */
export function lineOf(value: unknown): string {
  const row = value as Json;
  const keys = Object.keys(row);
  const key =
    keys.find((name) => /title|name/i.test(name)) ?? keys.find((name) => /id/i.test(name)) ?? 'neither title nor id';
  return textOf(row[key], key);
}

export interface Upload {
  name: string;
  /** Text, or null where no file was chosen. */
  content: string | null;
  contentSchema: Json;
  interactions: string | null;
  interactionSchema: Json;
}
/** Columns that nobody chose. */
export const noContent = { item_id: '', item_title: '', feature_cols: [] };
export const noInteractions = { user_id: '', item_id: '', rating: '' };

/** The page "Recommender Studio" of a dashboard somebody is signed in to. Each call throws the sentence that the page shows. */
export function openStudioPage(dashboard: Dashboard) {
  const call = async (method: string, path: string, body?: FormData): Promise<unknown> => {
    const { shown, read } = await dashboard.studio(method, path, body);
    if (shown !== null) throw new Error(shown);
    return read;
  };

  return {
    projects: async () => listOf(await call('GET', '/projects/'), 'projects', projectOf),

    async create(upload: Upload): Promise<ShownProject> {
      const form = new FormData();
      form.append('project_name', upload.name);
      const csv = (text: string, name: string) => new File([text], name, { type: 'text/csv' });
      if (upload.content !== null) form.append('content_file', csv(upload.content, 'content.csv'));
      form.append('content_schema_json', JSON.stringify(upload.contentSchema));
      if (upload.interactions !== null) form.append('interaction_file', csv(upload.interactions, 'plays.csv'));
      form.append('interaction_schema_json', JSON.stringify(upload.interactionSchema));
      return projectOf(await call('POST', '/create-project/', form), 'project');
    },

    /**
     * One tick of the timer that is set while a project is `processing`: null where the timer goes on. What is not 2xx clears it, too, and
     * nothing sets it again.
     */
    async tick(id: number): Promise<ShownProject | null> {
      const project = projectOf(await call('GET', `/project/${id}/status`), 'project');
      return project.status === 'processing' ? null : project;
    },

    items: async (id: number) =>
      listOf(await call('GET', `/project/${id}/items`), 'items', (value, what) => ({
        id: textOf((value as Json).id, `${what}.id`),
        title: textOf((value as Json).title, `${what}.title`),
      })),
    users: async (id: number) =>
      listOf(await call('GET', `/project/${id}/users`), 'users', (value, what) =>
        textOf((value as Json).id, `${what}.id`),
      ),

    /** What the form of each kind of project sends: an input that it does not have is no parameter. */
    async recommend(
      { id, modelType }: Pick<ShownProject, 'id' | 'modelType'>,
      { itemTitle, userId }: { itemTitle?: string; userId?: string },
    ) {
      const query = new URLSearchParams();
      if (modelType !== 'collaborative') query.append('item_title', itemTitle ?? '');
      if (modelType !== 'content') query.append('user_id', userId ?? '');
      const read = (await call('GET', `/project/${id}/recommendations?${query.toString()}`)) as Json;
      return {
        raw: read,
        modelType: textOf(read.model_type, 'model_type'),
        rows: listOf(read.recommendations, 'recommendations', (value) => value as Json),
        lines: listOf(read.recommendations, 'recommendations', lineOf),
      };
    },

    remove: (id: number) => call('DELETE', `/project/${id}`),
  };
}
export type StudioPage = ReturnType<typeof openStudioPage>;
