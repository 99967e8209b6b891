/**
 * `npm run demo`: walks the main job against a running server, with pictures it draws itself, and prints what comes back.
 * Another server: `npm run demo -- http://host:port`. The accounts it makes are erased at the end.
 */
import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { showContextSync, showContextSyncApart, showErasure } from './demo/contextSync.mjs';
import { startMlService } from './demo/mlService.mjs';
import { showStudio } from './demo/studio.mjs';
import { drawMeal } from './drawMeal.mjs';
import { printable } from './printable.mjs';
import { advised } from './start/greeting.mjs';

const server = (process.argv[2] ?? `http://127.0.0.1:${process.env.PORT ?? 3000}`).replace(/\/$/, '');
let step = 0;
const title = (text) => console.log(printable(`\n${(step += 1)}. ${text}`));
const say = (text) => console.log(printable(`   ${text}`));

class Unexpected extends Error {}

const callerOf =
  (base) =>
  async (method, path, { token, json, form, headers } = {}) => {
    const response = await fetch(base + path, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(json && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: json ? JSON.stringify(json) : form,
    });
    const body = response.headers.get('content-type')?.includes('json') ? await response.json() : await response.text();
    if (response.status >= 400)
      throw new Unexpected(`${method} ${path} answered ${response.status}: ${body.detail ?? JSON.stringify(body)}`);
    return { status: response.status, body, location: response.headers.get('location') };
  };
const call = callerOf(server);

async function newAccount(caller) {
  const email = `demo-${randomBytes(6).toString('hex')}@example.com`;
  const password = `Demo-${randomBytes(9).toString('base64url')}1a`;
  const { body } = await caller('POST', '/api/auth/register', { json: { email, password, fitness_goal: 'maintain' } });
  return { id: body.id, email, password, token: body.access_token };
}

const photoOf = (bytes, fields = {}) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('photo', new Blob([bytes], { type: 'image/jpeg' }), 'meal.jpg');
  return form;
};
const photo = async (kind, seed, fields = {}) => photoOf(await drawMeal(kind, seed), fields);
/** The same plate on another day: turned, closer, in other light. */
const again = async (kind, seed) =>
  sharp(await drawMeal(kind, seed))
    .rotate(6, { background: '#8a6f52' })
    .resize(960, 720, { fit: 'cover' })
    .modulate({ brightness: 1.06 })
    .jpeg({ quality: 80 })
    .toBuffer();
/** As a messenger passes a picture on. */
const recompressed = async (kind, seed) =>
  sharp(await drawMeal(kind, seed))
    .resize(720)
    .jpeg({ quality: 55 })
    .toBuffer();

function show(entry) {
  if (entry.status !== 'analyzed') return say(`${entry.status}: ${entry.message ?? ''}`);
  for (const item of entry.items) {
    const source = item.provenance.map(({ source, fdc_id: id }) => (id ? `${source} ${id}` : source)).join(', ');
    say(`${item.label}: ${item.grams} g (${item.portion.source}) → ${item.calories ?? '?'} kcal   [${source}]`);
  }
  const facts = entry.nutrition_facts;
  const range = entry.interval ? ` (${entry.interval.low}–${entry.interval.high})` : '';
  say(
    `in all ${entry.calories} kcal${range}, protein ${facts.proteins} g, fat ${facts.fats} g, carbohydrate ${facts.carbohydrates} g`,
  );
  say(`named by: ${entry.inference_source}${entry.estimated ? ', partly estimated' : ''}`);
  for (const warning of entry.warnings) say(`note: ${warning}`);
}

async function walk(ml) {
  const seed = randomBytes(2).readUInt16LE();
  const { body: health } = await call('GET', '/health');
  console.log(printable(`${server}: ${health.status}`));
  for (const advice of await advised(server)) if (advice !== '') console.log(printable(advice));

  title('Anyone sends a photo with a caption; no key, no account');
  const first = await call('POST', '/predict', {
    form: await photo('pizza', seed, { caption: 'two slices of cheese pizza and a glass of whole milk' }),
  });
  show(first.body);
  say(`picture: ${first.body.image_url}`);

  title('An account, one for every door');
  const account = await newAccount(call);
  const { token } = account;
  say(`${account.email} is account ${account.id}`);

  title('A photo without a caption');
  const second = await call('POST', '/predict', { token, form: await photo('eggs', seed) });
  show(second.body);

  title('The user says what it is; everything is computed anew');
  const corrected = await call('PATCH', `/history/${second.body.id}`, {
    token,
    json: { food: 'two fried eggs and a slice of toast' },
  });
  show(corrected.body);

  title('One item of it: there were three eggs');
  const [eggs] = corrected.body.items;
  show(
    (await call('PATCH', `/history/${second.body.id}/items/${eggs.id}`, { token, json: { food: 'three fried eggs' } }))
      .body,
  );

  title('The same picture in other bytes: the user is asked, nothing is merged');
  const resent = await call('POST', '/predict', { token, form: photoOf(await recompressed('eggs', seed)) });
  say(resent.body.duplicate_of === second.body.id ? resent.body.message : 'it was not recognised');
  if (resent.body.duplicate_of)
    await call('POST', `/history/${resent.body.id}/duplicate`, { token, json: { same: true } });

  title('The same plate from another angle: what the user said of it is remembered');
  const remembered = await call('POST', '/predict', { token, form: photoOf(await again('eggs', seed)) });
  show(remembered.body);
  for (const { source, outcome } of remembered.body.passed_over) say(`passed over: ${source} (${outcome})`);

  title('Half of it was left: another weight, the same foods');
  show((await call('PATCH', `/history/${second.body.id}`, { token, json: { servings: 0.5 } })).body);

  title('A meal in words, without a picture');
  const { body: meal } = await call('POST', '/save_meal', {
    token,
    json: { text: 'a bowl of oatmeal with a banana and a tablespoon of honey' },
  });
  say(`${meal.meal.name}: ${meal.meal.calories} kcal on ${meal.meal.date}`);

  title('The log');
  const { body: log } = await call('GET', '/history', { token });
  for (const entry of log.items)
    say(`${entry.consumed_at.slice(0, 16)}  ${entry.food ?? '(no name yet)'}  ${entry.calories ?? '?'} kcal`);

  title('Deleting an entry takes its pictures along');
  await call('DELETE', `/history/${second.body.id}`, { token });
  const gone = await fetch(second.body.image_url);
  say(`its picture now answers ${gone.status}`);

  await showStudio({ call, title, say }, token);

  const knowsMlService = Boolean(process.env.FLASK_AI_BASE_URL || process.env.INTERNAL_HMAC_SECRET);
  let leaveSupport = () => undefined;
  if (knowsMlService) leaveSupport = await showContextSync({ call, title, say, env: process.env }, ml, account);
  else await showContextSyncApart({ callerOf, title, say, newAccount }, process.env);

  title('The account is erased; a receipt stays');
  await showErasure({ call, say }, ml, account, leaveSupport);

  console.log('\nThat was the main job. Every run of it can be read in the Temporal UI.');
}

async function main() {
  const ml = await startMlService(process.env);
  try {
    await walk(ml);
  } finally {
    if (typeof ml !== 'string') await ml.stop();
  }
}

main().catch((error) => {
  const cause =
    error instanceof Unexpected
      ? error.message
      : error.cause?.code === 'ECONNREFUSED'
        ? `Nothing answers at ${server}. Start Palate with \`npm start\` first, or name the server: npm run demo -- http://host:port`
        : error.stack;
  console.error(printable(cause));
  process.exitCode = 1;
});
