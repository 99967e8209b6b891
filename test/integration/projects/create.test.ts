import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { ask, eventually, openPalate, signUp, type House } from '../palate';
import { dial, filePart, formHead } from '../photos/strangers';
import {
  containing,
  createProject,
  hostile,
  interactions,
  interactionSchema,
  items,
  itemSchema,
  packed,
  sha256,
} from './house';

let house: House;
let url: string;
let token: string;
let owner: string;

beforeAll(async () => {
  house = await openPalate('projects-create', { CSV_MAX_MB: '0.5' });
  ({ url } = await house.start());
}, 60_000);
beforeEach(async () => {
  ({ token, id: owner } = await signUp(url));
});
afterAll(() => house.close());

const keysOf = async (prefix: string): Promise<string[]> => {
  const keys: string[] = [];
  for await (const key of house.objects.list(prefix)) keys.push(key);
  return keys;
};
const incoming = () => readdir(path.join(house.home, 'incoming-projects'));

describe('POST /create-project', () => {
  it('answers the row of a project whose training is under way', async () => {
    const { status, body } = await createProject(url, token);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      project_name: 'Films',
      status: 'processing',
      model_type: 'hybrid',
      mlflow_model_name: null,
      mlflow_model_version: null,
      serving_version: null,
      message: null,
      training: { state: 'queued', percent: 0 },
    });
    expect(body.id).toBeGreaterThan(0);
    const project = await house.store.projects.find(body.id, owner);
    expect(project?.uploads).toMatchObject([
      { kind: 'items', fileName: 'content_files.csv', sha256: sha256(items), columns: itemSchema },
      { kind: 'interactions', sha256: sha256(interactions), columns: interactionSchema },
    ]);
    expect((await house.objects.read(project?.uploads[0]?.key ?? '')).toString()).toBe(items);
    const handle = house.temporal.workflow.getHandle(`train:${body.id}:${project?.training?.runId}`);
    await eventually(async () => (await handle.describe().catch(() => null))?.status.name === 'RUNNING');
    await eventually(async () => (await incoming()).length === 0);
  });

  it('tells the kind of the model by the files', async () => {
    const content = await createProject(url, token, { project_name: 'c', interaction_file: null });
    const rated = await createProject(url, token, { project_name: 'i', content_file: null });
    expect([content.body.model_type, rated.body.model_type]).toEqual(['content', 'collaborative']);
  });

  it('takes columns that nobody chose, one feature by its name, and files that are packed', async () => {
    const { status, body } = await createProject(url, token, {
      content_file: packed(items),
      content_schema_json: { item_id: 'movie', item_title: '', feature_col: 'genre' },
      interaction_schema_json: { user_id: 'who', item_id: 'movie', rating: '' },
    });
    expect(status).toBe(200);
    const project = await house.store.projects.find(body.id, owner);
    expect(project?.uploads.map(({ columns }) => columns)).toEqual([
      { item_id: 'movie', item_title: null, feature_cols: ['genre'] },
      { user_id: 'who', item_id: 'movie', rating: null },
    ]);
  });

  it('gives numbers once', async () => {
    const first = await createProject(url, token);
    await ask(url, 'DELETE', `/project/${first.body.id}`, { token });
    const second = await createProject(url, token);
    expect(second.body.id).toBeGreaterThan(first.body.id);
  });

  it('makes one project of a request and its repeat', async () => {
    const headers = { 'idempotency-key': 'films' };
    const first = await createProject(url, token, {}, { headers });
    const again = await createProject(url, token, {}, { headers });
    expect(again).toMatchObject({ status: 200, body: { id: first.body.id } });
    const other = await createProject(url, token, { interaction_file: `${interactions}9,m2,5\n` }, { headers });
    expect(other.status).toBe(422);
    await ask(url, 'DELETE', `/project/${first.body.id}`, { token });
    expect((await createProject(url, token, {}, { headers })).status).toBe(410);
  });

  it('finds what a request made that died before its answer', async () => {
    const headers = { 'idempotency-key': 'died' };
    const first = await createProject(url, token, {}, { headers });
    await house.mongo
      .collection('idempotency')
      .updateMany({ ownerId: owner }, { $set: { answer: null, leaseUntil: new Date(0) } });
    const again = await createProject(url, token, {}, { headers });
    expect(again).toMatchObject({ status: 200, body: { id: first.body.id } });
  });

  it.each([
    ['other text than JSON', { content_schema_json: '{item_id: movie}' }, 'content_schema_json'],
    ['other JSON', { interaction_schema_json: [1] }, 'interaction_schema_json'],
    ['a number in the place of a column', { interaction_schema_json: { user_id: 7 } }, 'user_id'],
    [
      'no column of the file',
      { content_schema_json: { item_id: 'film' } },
      'There is no column film|there is no column film.*movie, Name, genre',
    ],
    ['no feature of the file', { content_schema_json: { ...itemSchema, feature_cols: ['genre', 'year'] } }, 'year'],
  ])('refuses a schema with %s', async (_what, sent, said) => {
    const { status, body } = await createProject(url, token, sent);
    expect(status).toBe(400);
    expect(body.detail).toMatch(new RegExp(said));
    expect(await house.store.projects.numbersOf(owner)).toEqual([]);
  });

  it.each([
    'empty.csv',
    'header-only.csv',
    'binary-named.csv',
    'missing-column.csv',
    'whitespace-only.csv',
    'unclosed-quote.csv',
    'duplicate-header.csv',
  ])('refuses %s with a sentence', async (name) => {
    const { status, body } = await createProject(url, token, {
      content_file: null,
      interaction_file: hostile(name),
      interaction_schema_json: undefined,
    });
    expect({ status, detail: body.detail }).toEqual({
      status: 400,
      detail: containing('interaction_files.csv'),
    });
    expect(await house.store.projects.numbersOf(owner)).toEqual([]);
  });

  it.each(['utf16le.csv', 'utf8-bom.csv', 'semicolon.csv', 'latin1.csv', 'quoted-newlines.csv', 'object-key-ids.csv'])(
    'takes %s',
    async (name) => {
      const isItems = ['quoted-newlines.csv', 'latin1.csv'].includes(name);
      const { status } = await createProject(url, token, {
        content_file: isItems ? hostile(name) : null,
        interaction_file: isItems ? null : hostile(name),
        content_schema_json: undefined,
        interaction_schema_json: undefined,
      });
      expect(status).toBe(200);
    },
  );

  it('refuses an archive, a damaged gzip file and a form without a file', async () => {
    const archive = Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(100)]);
    const refused = [
      await createProject(url, token, { content_file: archive }),
      await createProject(url, token, { content_file: packed(items).subarray(0, 40) }),
      await createProject(url, token, { content_file: null, interaction_file: null }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([400, 400, 400]);
    expect(refused.map(({ body }) => body.detail)).toEqual([
      containing('zip archive'),
      containing('damaged gzip'),
      containing('No file was sent'),
    ]);
  });

  it('refuses more than CSV_MAX_MB with 413, by its length before it is read', async () => {
    const rows = `${interactions}${'9,m3,2\n'.repeat(80_000)}`;
    expect((await createProject(url, token, { interaction_file: rows })).status).toBe(413);
    const huge = Buffer.alloc(8_000_000, 'a');
    expect((await createProject(url, token, { interaction_file: huge })).status).toBe(413);
    await eventually(async () => (await incoming()).length === 0);
  });

  it('takes two uploads of an account at a time, and another once one of them has ended', async () => {
    const open = () => {
      const { socket } = dial(url);
      const part = filePart('interaction_file', 'plays.csv');
      socket.write(formHead('chunked', '/create-project/', `authorization: Bearer ${token}\r\n`));
      socket.write(`${(part.length + 4).toString(16)}\r\n${part}u,i\n\r\n`);
      return socket;
    };
    const [first, second] = [open(), open()];
    try {
      await eventually(async () => (await incoming()).length === 2);
      const third = await createProject(url, token, {}, { query: '?dry_run=true' });
      expect([third.status, third.body.detail]).toEqual([429, containing('2 uploads of yours are under way')]);
      expect((await createProject(url, (await signUp(url)).token)).status).toBe(200);
      first.destroy();
      await eventually(async () => (await createProject(url, token)).status === 200);
    } finally {
      for (const socket of [first, second]) socket.destroy();
    }
  });

  it('refuses a name that is taken, in whatever case', async () => {
    await createProject(url, token);
    const { status, body } = await createProject(url, token, { project_name: ' FILMS ' });
    expect(status).toBe(409);
    expect(body.detail).toContain('You have a project named FILMS already');
    const other = await signUp(url);
    expect((await createProject(url, other.token)).status).toBe(200);
  });

  it('makes one of two of one name at once, and leaves nothing of the other', async () => {
    const both = await Promise.all([createProject(url, token), createProject(url, token)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const made = both.find(({ status }) => status === 200)?.body.id;
    expect(await house.store.projects.numbersOf(owner)).toEqual([made]);
    expect(await keysOf(`projects/${owner}/`)).toHaveLength(2);
    expect(await house.store.projects.usageOf(owner)).toMatchObject({ projects: 1 });
  });

  it('keeps the quotas of projects and of bytes', async () => {
    const usage = house.mongo.collection<{ _id: string }>('project_usage');
    await createProject(url, token);
    await usage.updateOne({ _id: owner }, { $set: { projects: 50 } });
    const many = await createProject(url, token, { project_name: 'one more' });
    expect(many).toMatchObject({ status: 403, body: { detail: containing('50 projects') } });
    await usage.updateOne({ _id: owner }, { $set: { projects: 1, uploadBytes: 4_999_999_999 } });
    const large = await createProject(url, token, { project_name: 'one more' });
    expect(large).toMatchObject({ status: 403, body: { detail: containing('5 GB') } });
    expect(await house.store.projects.numbersOf(owner)).toHaveLength(1);
  });

  it('takes what a dead request left away', async () => {
    const name = 'dead';
    const id = await house.store.projects.open({ ownerId: owner, name, modelType: 'content' }, 0);
    await house.objects.put(`projects/${owner}/${id}/uploads/items.csv`, Buffer.from(items), {
      contentType: 'text/csv',
    });
    await eventually(async () => (await house.store.projects.numbersOf(owner)).length === 0);
    expect(await keysOf(`projects/${owner}/`)).toEqual([]);
  });
});

describe('POST /create-project?dry_run=true', () => {
  it('says what would be read, and keeps nothing', async () => {
    const { status, body } = await createProject(
      url,
      token,
      { content_file: items.replace('movie', 'id'), content_schema_json: undefined },
      { query: '?dry_run=true' },
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({
      dry_run: true,
      model_type: 'hybrid',
      files: [
        {
          field: 'content_file',
          refused: null,
          header: ['id', 'Name', 'genre'],
          columns: { item_id: 'id', item_title: 'Name', category: 'genre' },
          complete: true,
        },
        {},
      ],
    });
    expect(await house.store.projects.numbersOf(owner)).toEqual([]);
    expect(await keysOf(`projects/${owner}/`)).toEqual([]);
  });

  it('shows the header of a file of which the schema names absent columns', async () => {
    const sent = {
      content_file: null,
      interaction_file: hostile('ok.csv'),
      interaction_schema_json: { user_id: 'nobody' },
    };
    const { body } = await createProject(url, token, sent, { query: '?dry_run=true' });
    expect(body).toMatchObject({
      files: [
        {
          refused: { message: containing('no column nobody'), line: 1 },
          header: ['user_id', 'item_id', 'rating', 'timestamp'],
          delimiter: ',',
        },
      ],
    });
  });

  it('tells rows that are left out, with their lines', async () => {
    const sent = {
      content_file: null,
      interaction_file: hostile('non-numeric-rating.csv'),
      interaction_schema_json: undefined,
    };
    const { status, body } = await createProject(url, token, sent, { query: '?dry_run=true' });
    expect(status).toBe(200);
    expect(JSON.stringify(body)).toMatch(/"line":\d+,"column":"rating","reason":"rating"/);
  });
});
