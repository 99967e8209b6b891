/** The steps about context sync: a change, an outage of the ML service, the failed list, a replay. */
import { setTimeout as delay } from 'node:timers/promises';
import { startOwnPalate } from './ownPalate.mjs';
import { makeSupportAccount } from './supportAccount.mjs';

const lookEveryMs = 500;
/** With the settings that docs/operations.md names each of them takes a second or two. */
const patienceMs = 20_000;
/** After the ten seconds in which requests under way end. */
const erasedWithinMs = 60_000;

/** Whether it became true in time. */
export async function until(check, withinMs = patienceMs) {
  for (const deadlineMs = Date.now() + withinMs; ;) {
    if (await check()) return true;
    if (Date.now() > deadlineMs) return false;
    await delay(lookEveryMs);
  }
}

const cooksFor = (ml, userId) => ml.contextOf(userId)?.constraints?.cookTime;

/** The same on a Palate of the demo's own, where the one that is shown knows no ML service. */
export async function showContextSyncApart({ callerOf, title, say, newAccount }, env) {
  title('A second Palate beside this one, with an ML service that the demo plays: this one has none');
  const own = await startOwnPalate(env);
  if (typeof own === 'string') return say(`not shown: ${own}`);
  say(`${own.url}: it goes when it was shown`);
  const call = callerOf(own.url);
  try {
    const account = await newAccount(call);
    const leave = await showContextSync({ call, title, say, env: own.env }, own.ml, account);
    title('An account that is erased is erased at the ML service, too');
    await showErasure({ call, say }, own.ml, account, leave);
  } finally {
    await own.stop();
  }
}

/** `leave`: done meanwhile, also where the erasure is refused. */
export async function showErasure({ call, say }, ml, { id, token, password }, leave) {
  const isTold = typeof ml !== 'string' && ml.contextOf(id) !== undefined;
  const erasure = await call('DELETE', '/api/auth/me', { token, json: { password } }).finally(leave);
  const stateNow = async () => (await call('GET', erasure.location)).body.state;
  if (isTold) {
    await until(async () => (await stateNow()) === 'done', erasedWithinMs);
    say(`the ML service ${ml.hasForgotten(id) ? 'has forgotten it' : 'has not been asked to forget it yet'}`);
  }
  say(`${erasure.location.split('?')[0]}: ${await stateNow()}`);
}

/**
 * `ml`: the ML service, or why there is none; `env` leads to the database. Gives what is to be done at the end, which leaves nothing of
 * the support account.
 */
export async function showContextSync({ call, title, say, env }, ml, { id, email, token }) {
  const nothing = async () => {};
  const change = (maxCookTime) => call('POST', '/api/v1/constraints', { token, json: { maxCookTime } });
  const tellVersion = () =>
    say(`version ${ml.contextOf(id).contextVersion} is there: cooking may take ${cooksFor(ml, id)} minutes`);

  title('A change reaches the ML service');
  if (typeof ml === 'string') {
    say(`not shown: ${ml}`);
    say('How to see an outage, the failed list and a replay: docs/operations.md, "The demo".');
    return nothing;
  }
  await change(20);
  if (!(await until(() => cooksFor(ml, id) === 20))) {
    say(
      ml.seen.misSigned > 0
        ? 'not shown: what the server sends is signed by another secret; give it the same INTERNAL_HMAC_SECRET.'
        : 'not shown: the server sends nothing here; start it with the same FLASK_AI_BASE_URL and INTERNAL_HMAC_SECRET.',
    );
    return nothing;
  }
  tellVersion();

  title('Someone of support, by npm run admin');
  const helper = await makeSupportAccount(email, env);
  if (typeof helper === 'string') {
    say(`not shown, as the database is not here: ${helper}`);
    return nothing;
  }
  let mine = null;
  const leave = async () => {
    const refused = await helper.takeRoleAway();
    if (refused !== null) throw new Error(`${helper.email} still has the role support: ${refused}`);
    if (mine === null) return;
    const isTold = ml.contextOf(mine.id) !== undefined;
    await call('DELETE', '/api/auth/me', { token: mine.access_token, json: { password: helper.password } });
    if (isTold) await until(() => ml.hasForgotten(mine.id));
    say(`${helper.email} lost the role and is erased too`);
  };
  try {
    mine = (await call('POST', '/api/auth/login', { json: { email: helper.email, password: helper.password } })).body;
    say(`${helper.email} has the role support`);
    const failed = async () => {
      const { body } = await call('GET', `/api/support/syncs?user=${id}`, { token: mine.access_token });
      return body.items;
    };

    title('The ML service is down: after the last attempt the change is on the failed list');
    ml.beDownFor(id);
    await change(45);
    const gaveUp = await until(async () => (await failed()).length > 0);
    for (const { reason, attempts, version, acknowledged_version: has } of await failed())
      say(`${reason}: ${attempts} attempts; version ${version} is due, the ML service has ${has}`);
    if (!gaveUp)
      say('it is still being tried; with CONTEXT_SYNC_MAX_ATTEMPTS=2 CONTEXT_SYNC_RETRY_MS=200 it is faster');

    title('It is up again, and support replays');
    ml.beDownFor(null);
    await call('POST', `/api/support/syncs/${id}/replay`, { token: mine.access_token });
    if (await until(() => cooksFor(ml, id) === 45)) tellVersion();
    else say('nothing has come yet');

    title('The failed list');
    const isEmpty = await until(async () => (await failed()).length === 0);
    say(isEmpty ? 'nothing of this account is on it' : 'it is still there');
    return leave;
  } catch (fault) {
    await leave();
    throw fault;
  }
}
