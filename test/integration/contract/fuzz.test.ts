import sharp from 'sharp';
import { createHmac, randomInt, randomUUID } from 'node:crypto';
import type { OpenApiDocument, Operation } from '../../../src/api/openapi';
import type { JsonSchema } from '../../../src/api/openapiSchemas';
import { faults } from '../../doubles/doubleServer';
import { FooddataDouble } from '../../doubles/fooddata';
import { HuggingFaceDouble } from '../../doubles/huggingFace';
import { Weekday } from '../../../src/model/weekdays';
import { MealType } from '../../../src/model/meals';
import { replayWorkflows } from '../../../src/messages/contextReplay';
import { newId } from '../../../src/store/ids';
import { ask, openPalate, photoForm, type House } from '../palate';
import { picture } from '../photos/meals';
import { anyFailed, failedAccount } from '../support/rows';
import { createAnswerCheck, type Verdict } from './answers';
import { createGenerator, luckOf, type Luck } from './generate';
import { fuzzedProjects, type FuzzedProjects } from './projects';
import { createValidators, type Validators } from './validators';

/**
 * Every operation of the OpenAPI document is called with inputs made from its own schemas, some spoilt, by callers with and without
 * a token: each answer is one that the document describes, in the shape it describes, and none is a fault of the server. What the
 * document takes is not refused for its form, and a body that it refuses is not taken.
 *
 * FUZZ_INPUTS: inputs an operation (15). FUZZ_SEED: another row of inputs (1; `random` takes any). FUZZ_ONLY: operations whose
 * `method /path` holds this text.
 */
const inputs = Number(process.env.FUZZ_INPUTS ?? 15);
const seed = process.env.FUZZ_SEED === 'random' ? randomInt(2 ** 31) : Number(process.env.FUZZ_SEED ?? 1);
const only = process.env.FUZZ_ONLY ?? '';

// For one that hangs: 15 inputs take 84 s on a quiet machine with two cores, and up to twice that beside another suite.
jest.setTimeout(600_000);

const hmacSecret = 'a-key-of-both-sides-for-this-test';
const internalKey = 'a key of the internal routes';
const classifier = new HuggingFaceDouble();
const fdc = new FooddataDouble();
let house: House;
let url: string;
let document: OpenApiDocument;
let pictures: Buffer[];

/** Who calls, and what is theirs; made anew when their sessions end. */
interface Person {
  id: string;
  token: string;
  refreshToken: string;
  email: string;
  password: string;
  ids: string[];
  foodId: string;
  uploadId: string;
  mealId: string;
  pictureUrl: URL;
  planId: string;
}
let person: Person;
/** Made where an operation asks for them, and of whom. */
let projects: (FuzzedProjects & { ownerId: string }) | null = null;
/** Who may call what is for support. */
let staffToken: string;
/** Accounts whose context sync is on the failed list, and a replay whose run nobody works on. */
const failedIds: string[] = [];
const replayId = newId();
/** Receipts of erasures, as `Location` gave them. */
const receipts: string[] = [];

/** So that whatever slot is asked for is there. */
const wholeWeek = (mealId: string) => ({
  weekStartDate: '2026-03-02',
  days: Weekday.options.map((day) => ({
    day,
    meals: MealType.options.map((mealType) => ({ mealType, meal: mealId })),
  })),
});

async function newPerson(): Promise<Person> {
  classifier.reset();
  await house.closeCircuits();
  const email = `fuzz-${randomUUID()}@example.com`;
  const password = 'Correct-horse-1';
  const { body: tokens } = await ask<{ id: string; access_token: string; refresh_token: string }>(
    url,
    'POST',
    '/api/auth/register',
    {
      json: { email, password },
    },
  );
  const token = tokens.access_token;
  const [named, upload, meal, food, dish] = await Promise.all([
    ask<{ id: string; image_url: string }>(url, 'POST', '/predict', { token, form: photoForm(pictures[0]!) }),
    ask<{ id: string }>(url, 'POST', '/upload', { token, form: photoForm(pictures[2]!) }),
    ask<{ meal: { id: string } }>(url, 'POST', '/save_meal', { token, json: { text: 'an egg, an apple and toast' } }),
    ask<{ id: string }>(url, 'POST', '/foods', { token, json: { name: 'Granola', per_100g: { calories: 450 } } }),
    ask<{ data: { meal: { id: string } } }>(url, 'POST', '/api/v1/meals', {
      token,
      json: { name: 'Soup', mealType: 'lunch' },
    }),
  ]);
  const plan = await ask<{ data: { plan: { id: string } } }>(url, 'POST', '/api/v1/meal-plans', {
    token,
    json: wholeWeek(dish.body.data.meal.id),
  });
  // What cannot be made cannot be reached, and the run would not say why.
  for (const made of [named, upload, meal, food, plan, dish]) expect([200, 201]).toContain(made.status);
  // Of which its user is asked whether it is the same meal.
  const resent = await sharp(pictures[0]).jpeg({ quality: 60 }).toBuffer();
  const again = await ask<{ id: string; duplicate_of: string }>(url, 'POST', '/predict', {
    token,
    form: photoForm(resent),
  });
  expect(again.body.duplicate_of).toBe(named.body.id);
  classifier.next(faults.status(402));
  const unnamed = await ask<{ id: string }>(url, 'POST', '/predict', { token, form: photoForm(pictures[1]!) });
  return {
    id: tokens.id,
    token,
    refreshToken: tokens.refresh_token,
    email,
    password,
    ids: [named.body.id, again.body.id, unnamed.body.id, meal.body.meal.id],
    foodId: food.body.id,
    uploadId: upload.body.id,
    mealId: dish.body.data.meal.id,
    pictureUrl: new URL(named.body.image_url),
    planId: plan.body.data.plan.id,
  };
}

beforeAll(async () => {
  await Promise.all([classifier.start(), fdc.start()]);
  house = await openPalate('fuzz', {
    HF_SPACE_URL: classifier.endpointUrl,
    FDC_BASE_URL: fdc.baseUrl,
    FDC_API_KEY: 'fdc_test_key',
    // What is made for a person is to be there: on a slow machine a photo may take long.
    PREDICT_WAIT_MS: '25000',
    INTERNAL_HMAC_SECRET: hmacSecret,
    NODE_INTERNAL_KEY: internalKey,
    // Nobody listens there.
    FLASK_AI_BASE_URL: 'http://127.0.0.1:1',
  });
  ({ url } = await house.start());
  document = (await (await fetch(`${url}/openapi.json`)).json()) as OpenApiDocument;
  pictures = await Promise.all([1, 2, 3, 4].map((n) => picture(n)));
  person = await newPerson();
  const { email, password } = await newPerson();
  await house.store.accounts.setRole(email, 'support');
  const { body } = await ask<{ access_token: string }>(url, 'POST', '/api/auth/login', { json: { email, password } });
  staffToken = body.access_token;
  for (let nth = 0; nth < inputs * 2; nth += 1) failedIds.push(await failedAccount(house.store, 'rejected'));
  await house.store.transaction((session) => house.store.contextReplays.create(replayId, anyFailed, session));
  await house.temporal.workflow.start('replaySyncs', {
    workflowId: replayWorkflows.replay.id(replayId),
    taskQueue: 'nobody polls',
    args: [],
  });
}, 180_000);
afterAll(async () => {
  await house.close();
  await Promise.all([classifier.stop(), fdc.stop()]);
});

/** Values that mean something here, by the name of their field. */
const known = (name: string, luck: Luck): unknown => {
  switch (name) {
    case 'id':
      return luck.oneOf(person.ids);
    case 'userId':
      return luck.oneOf(failedIds);
    case 'since':
      return luck.oneOf(['2026-03-01', '2026-03-01T12:30:00+02:00']);
    case 'version':
      return luck.oneOf([1, 2]);
    case 'cron':
      return luck.oneOf(['0 3 * * *', '30 */6 * * mon']);
    case 'gtin':
      return luck.oneOf(['012345678905', '4006381333931', '96385074']);
    case 'mealId':
      return person.mealId;
    case 'food_id':
      return luck.oneOf(['table:egg', person.foodId]);
    case 'email':
      return luck.chance(0.5) ? person.email : `fuzz-${luck.below(1e9)}@example.com`;
    case 'password':
    case 'current_password':
      return person.password;
    case 'new_password':
      return 'Another-horse-2';
    case 'refresh_token':
    case 'refreshToken':
      return person.refreshToken;
    case 'path':
      return `/photos/${luck.oneOf(person.ids)}/events`;
    case 'date':
    case 'meal_date':
    case 'consumed_at':
    case 'from':
    case 'to':
      return luck.oneOf(['2026-03-01', '2026-03-01T12:30:00+02:00']);
    case 'timezone':
    case 'time_zone':
    case 'timeZone':
      return luck.oneOf(['Europe/Berlin', 'UTC']);
    case 'username':
      return `fuzz${luck.below(1e9)}`;
    case 'limit':
      return luck.oneOf([1, 2, 100]);
    case 'event':
      return luck.oneOf(['model_updated', 'another_event']);
    case 'planId':
    case 'mealPlanId':
      return person.planId;
    case 'meal':
      return person.mealId;
    case 'weekStartDate':
      return luck.oneOf(['2026-03-02', '2026-03-04T00:00:00.000Z']);
    case 'grams':
      return luck.oneOf([1, 250.5, 20_000]);
    default:
      return undefined;
  }
};

/** Path and query that only go together, by path, or by method and path. */
const addresses: Record<string, (luck: Luck) => string | undefined> = {
  '/pictures/{id}/{name}': () => person.pictureUrl.pathname + person.pictureUrl.search,
  '/erasures/{id}': (luck) => (receipts.length > 0 ? luck.oneOf(receipts) : undefined),
  ...Object.fromEntries(
    ['', '/pause', '/resume', '/cancel'].map((end) => [
      `/api/support/replays/{id}${end}`,
      () => `/api/support/replays/${replayId}${end}`,
    ]),
  ),
  '/api/support/users/{id}': (luck) => `/api/support/users/${luck.oneOf(failedIds)}`,
  '/project/{id}': (luck) => `/project/${luck.oneOf(projects?.spare ?? [])}`,
  '/project/{id}/train': (luck) => `/project/${luck.oneOf(projects?.spare ?? [])}/train`,
  ...Object.fromEntries(
    ['/training', '/progress/events', '/evaluation'].map((end) => [
      `/project/{id}${end}`,
      () => `/project/${projects?.training}${end}`,
    ]),
  ),
  ...Object.fromEntries(
    ['/status', '/progress', '/versions', '/rollback', '/schedule', '/items', '/users'].map((end) => [
      `/project/{id}${end}`,
      () => `/project/${projects?.served}${end}`,
    ]),
  ),
  ...Object.fromEntries(
    ['', '/promote'].map((end) => [
      `/project/{id}/versions/{version}${end}`,
      (luck: Luck) => `/project/${projects?.served}/versions/${luck.oneOf([1, 2])}${end}`,
    ]),
  ),
  'delete /project/{id}/users': () => `/project/${projects?.served}/users?user_id=u2`,
  '/project/{id}/users/{userId}': () => `/project/${projects?.served}/users/u1`,
  '/project/{id}/recommendations': () => `/project/${projects?.served}/recommendations?user_id=u1`,
  '/foods/{id}': () => `/foods/${person.foodId}`,
  // Of several items, so that one can be taken out.
  '/history/{id}/items/{item}': (luck) => `/history/${person.ids.at(-1) ?? ''}/items/${1 + luck.below(3)}`,
  '/upload/{id}': () => `/upload/${person.uploadId}`,
  '/problems/{name}': (luck) => `/problems/${luck.oneOf(['not-found', 'conflict', 'internal'])}`,
};

const shown = (headers: Record<string, string>) =>
  JSON.stringify(headers).replaceAll(person.token, '<token>').replaceAll(staffToken, '<token of support>');

type Generator = ReturnType<typeof createGenerator>;

/** One operation of the document, and what it says of values. */
interface Called {
  method: string;
  path: string;
  operation: Operation;
  validators: Validators;
}

/** An address, and whether the document takes each part of it. */
function addressOf(
  { method, path, operation: { parameters }, validators }: Called,
  luck: Luck,
  { fitting, spoilt }: Generator,
): { target: string; taken: boolean } {
  const known = addresses[`${method} ${path}`] ?? addresses[path];
  const whole = luck.chance(0.5) ? known?.(luck) : undefined;
  if (whole !== undefined) return { target: whole, taken: true };
  let taken = true;
  const value = (name: string, schema: JsonSchema) => {
    const fit = fitting(schema, luck, name);
    const given = luck.chance(0.25) ? spoilt(fit, luck) : fit;
    const at = parameters.findIndex((parameter) => parameter.name === name);
    taken &&= at >= 0 && validators.at(schema, 'paths', path, method, 'parameters', at, 'schema')(given);
    // What cannot be written into an address is no input of this test.
    return encodeURIComponent(
      (typeof given === 'string' ? given : JSON.stringify(given)).slice(0, 300).replace(/\p{Surrogate}/gu, '?'),
    );
  };
  const schemaOf = (name: string) => parameters.find((parameter) => parameter.name === name)?.schema ?? {};
  const filled = path.replace(/\{(\w+)\}/g, (_all, name: string) => value(name, schemaOf(name)) || 'x');
  const query = parameters
    .filter(({ in: place, required }) => {
      if (place !== 'query') return false;
      const sent = luck.chance(0.4);
      taken &&= sent || !required;
      return sent;
    })
    .map(({ name, schema }) => `${name}=${value(name, schema)}`);
  return { target: query.length === 0 ? filled : `${filled}?${query.join('&')}`, taken };
}

/** A body in JSON as the document sees it. */
function verdictOf({ method, path, operation: { requestBody }, validators }: Called, text: string): Verdict {
  const schema = requestBody?.content['application/json']?.schema;
  if (!schema) return { kind: 'open' };
  const validate = validators.at(schema, 'paths', path, method, 'requestBody', 'content', 'application/json', 'schema');
  return validate(JSON.parse(text)) ? { kind: 'taken' } : { kind: 'refused', because: validators.faultsOf(validate) };
}

/** Tries that a body is made anew until the document takes it. */
const mostTries = 30;

function bodyOf(called: Called, luck: Luck, { fitting, spoilt }: Generator): RequestInit & { verdict: Verdict } {
  const { requestBody } = called.operation;
  const open: Verdict = { kind: 'open' };
  const json = requestBody?.content['application/json'];
  const schema = requestBody?.content['multipart/form-data']?.schema;
  if (json && (!schema || luck.chance(0.5))) {
    if (luck.chance(0.05)) return { verdict: open };
    let fit = fitting(json.schema ?? {}, luck);
    for (let tries = 1; tries < mostTries && verdictOf(called, JSON.stringify(fit)).kind === 'refused'; tries += 1)
      fit = fitting(json.schema ?? {}, luck);
    const text = JSON.stringify(luck.chance(0.45) ? spoilt(fit, luck) : fit);
    const sent = luck.chance(0.05) ? text.slice(0, luck.below(text.length)) : text;
    const type = luck.chance(0.03) ? 'text/plain' : 'application/json';
    const whole = sent === text && type === 'application/json';
    return { body: sent, headers: { 'content-type': type }, verdict: whole ? verdictOf(called, text) : open };
  }
  if (!schema) return { verdict: requestBody === undefined ? { kind: 'taken' } : open };
  const form = new FormData();
  const files = Object.entries((schema.properties ?? {}) as Record<string, { format?: string }>).flatMap(
    ([name, { format }]) => (format === 'binary' ? [name] : []),
  );
  const fields = Object.fromEntries(
    Object.entries(fitting(schema, luck) as Record<string, unknown>).filter(([name]) => !files.includes(name)),
  );
  for (const [name, value] of Object.entries(luck.chance(0.3) ? (spoilt(fields, luck) ?? {}) : fields))
    form.append(name, typeof value === 'string' ? value : JSON.stringify(value));
  if (!luck.chance(0.05)) {
    const whole = luck.oneOf(pictures);
    const bytes = luck.chance(0.15) ? whole.subarray(0, luck.below(whole.length)) : whole;
    // Uploads take theirs under either name.
    const either = ['photo', 'image'];
    const names = !json && files.some((name) => either.includes(name)) ? either : files;
    form.append(luck.chance(0.9) ? luck.oneOf(names) : 'x', new Blob([new Uint8Array(bytes)]), 'x.jpg');
  }
  return { body: form, verdict: open };
}

function headersOf(path: string, { parameters }: Operation, luck: Luck): Record<string, string> {
  const who = luck.oneOf(['nobody', 'person', 'person', 'person', 'forger']);
  const forStaff = path.startsWith('/api/support/') || path === '/api/ml/sync/health';
  const token = forStaff && luck.chance(0.7) ? staffToken : person.token;
  return {
    ...(who === 'person' && { authorization: `Bearer ${token}` }),
    ...(who === 'forger' && { authorization: luck.oneOf(['Bearer x.y.z', 'Basic dTpw', 'Bearer', person.token]) }),
    ...(who === 'person' && path.includes('/internal/ai/') && { 'x-internal-key': internalKey }),
    ...(luck.chance(0.2) && { accept: luck.oneOf(['text/html', 'application/json', '*/*', 'x', 'image/*;q=0']) }),
    ...(luck.chance(0.2) &&
      parameters.some(({ name }) => name === 'Idempotency-Key') && {
        'idempotency-key': luck.oneOf(['k', 'another key', 'é', 'x'.repeat(300)]),
      }),
    ...(luck.chance(0.5) &&
      parameters.some(({ name }) => name === 'Last-Event-ID') && { 'last-event-id': luck.oneOf(['1', 'x', '-1']) }),
  };
}

/** What is signed instead of sent with a token. */
function signatureOf(path: string, body: unknown, luck: Luck): Record<string, string> {
  if (path !== '/internal/ml-events' || typeof body !== 'string' || luck.chance(0.2)) return {};
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', hmacSecret).update(timestamp).update(body).digest('hex');
  return { 'x-timestamp': timestamp, 'x-signature': signature };
}

/** What takes away something that later calls need. */
const ends = (method: string, path: string) => method === 'delete' || /logout|password$/.test(path);

/** Where a schema takes properties that it does not name. A record names none: what it takes is the schema of its values. */
function openPlaces(schema: unknown, at: string): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { $ref, type, additionalProperties } = schema as JsonSchema;
  if (typeof $ref === 'string') return openPlaces(document.components.schemas[$ref.split('/').at(-1)!], at);
  const within = Object.entries(schema).flatMap(([key, inner]) => openPlaces(inner, `${at}.${key}`));
  return type === 'object' && additionalProperties === undefined ? [at, ...within] : within;
}

test('every operation has an id of its own', () => {
  const ids = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
  expect(ids).toEqual([...new Set(ids)]);
});

test('no body takes a field that it does not name', () => {
  const open = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { requestBody }]) =>
      Object.values(requestBody?.content ?? {}).flatMap(({ schema }) => openPlaces(schema, `${method} ${path}`)),
    ),
  );
  // The ML service may be newer than this server.
  const events = 'post /internal/ml-events';
  expect(open).toEqual([events, `${events}.allOf.0.anyOf.1.properties.data`]);
});

test(
  'every operation answers as its document says',
  async () => {
    process.stderr.write(`contract fuzz: FUZZ_SEED=${seed}, ${inputs} inputs an operation\n`);
    const generator = createGenerator(document.components.schemas, known);
    const validators = createValidators(document);
    const check = createAnswerCheck(validators);
    const wrong: string[] = [];
    const unreached: string[] = [];
    const called = Object.entries(document.paths)
      .flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ method, path, operation })))
      .filter(({ method, path }) => `${method} ${path}`.includes(only));

    for (const { method, path, operation } of called) {
      const luck = luckOf(seed, `${method} ${path}`);
      // An item that is alone cannot be taken out, and corrections before may have left one.
      if (method === 'delete' && path === '/history/{id}/items/{item}') person = await newPerson();
      if (path.startsWith('/project/') && projects?.ownerId !== person.id)
        projects = { ...(await fuzzedProjects(house, person.id)), ownerId: person.id };
      let reached = 0;
      let throttled = false;
      for (let nth = 0; nth < inputs || (reached === 0 && nth < inputs * 8); nth += 1) {
        const { target, taken } = addressOf({ method, path, operation, validators }, luck, generator);
        const { body = null, headers, verdict } = bodyOf({ method, path, operation, validators }, luck, generator);
        const all = {
          ...headersOf(path, operation, luck),
          ...signatureOf(path, body, luck),
          ...(headers as Record<string, string> | undefined),
        };
        if (path === '/predict') classifier.reset();
        if (path === '/predict' && luck.chance(0.2)) classifier.answers([{ label: 'pizza', score: 0.1 }]);
        if (path === '/predict' && luck.chance(0.2)) classifier.always(faults.status(402));
        const response = await fetch(url + target, {
          method: method.toUpperCase(),
          body,
          headers: all,
          redirect: 'manual',
        }).catch((error: unknown) => {
          throw new Error(`${method.toUpperCase()} ${target} ${shown(all)} was not answered`, { cause: error });
        });
        const sent: Verdict = verdict.kind === 'taken' && !taken ? { kind: 'open' } : verdict;
        const where = response.headers.get('location');
        if (where?.startsWith('/erasures/')) receipts.push(where);
        for (const fault of await check(method, path, operation, response, sent)) {
          const text = typeof body === 'string' ? body.slice(0, 300) : body === null ? '' : 'a form';
          wrong.push(`${method.toUpperCase()} ${target} ${shown(all)} ${text} → ${response.status} ${fault}`);
        }
        // Guessing passwords is slowed down: more of the same says nothing new.
        throttled = response.status === 429;
        if (throttled) break;
        if (response.status < 400) {
          reached += 1;
          if (!ends(method, path)) continue;
          person = await newPerson();
          if (reached >= Math.max(2, inputs / 10)) break;
          if (method === 'delete' && path === '/history/{id}') person = { ...person, ids: (await newPerson()).ids };
        }
      }
      if (ends(method, path)) person = await newPerson();
      if (reached === 0 && !throttled) unreached.push(`${method} ${path}`);
    }
    expect(wrong).toEqual([]);
    // An operation that nothing made succeed was hardly tried.
    expect(unreached).toEqual([]);
  },
  inputs > 15 ? inputs * 20_000 : undefined,
);
