/**
 * `npm run support -- …`: failed context syncs, erasures and accounts from a terminal. Speaks to the API of a running Palate as a person with the role
 * `support` or `admin`; needs nothing but Node. Exit codes are in the usage.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Problem, sentence } from './engines/problem.mjs';
import { passwordGiven } from './password.mjs';
import { printable } from './printable.mjs';

const USAGE = `npm run support -- syncs list [--state failed|pending|held] [--reason …] [--since …] [--user …] [--limit 50]
npm run support -- syncs show <account>
npm run support -- syncs replay <account> [--wait 60]
npm run support -- syncs replay --all [--reason …] [--since …] [--dry-run]
npm run support -- syncs resend --all [--raise n] [--dry-run] --yes
npm run support -- syncs dismiss <account> --reason "why"
npm run support -- replays list
npm run support -- replays show|watch|pause|resume|cancel <replay>
npm run support -- users find <e-mail address>
npm run support -- erasures list [--state running|done|scheduled|cancelled] [--limit 50]
  --url      the server; else PALATE_URL, else http://127.0.0.1:3000
  --json     for programs
Who you are: a token in PALATE_SUPPORT_TOKEN; or --email (or PALATE_SUPPORT_EMAIL) and the password from PALATE_SUPPORT_PASSWORD, else from
standard input.
Exit codes: 0 done, 1 it could not be done, 2 the receiver did not take it, 3 not decided in time, 130 no longer watched.`;

const exits = { done: 0, fault: 1, failed: 2, undecided: 3, interrupted: 130 };
/** Fewer than half of what the general limit lets through in a minute. */
const lookEveryMs = 1500;
const mostOnAPage = 100;
const callWithinMs = 30_000;
/** So often in a row the server may be away while something is watched. */
const mostOutages = 40;

const say = (line) => console.log(printable(line));
const tell = (line) => console.error(printable(line));

class Away extends Problem {}

function read(args) {
  const text = { type: 'string' };
  const flag = { type: 'boolean' };
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        ...Object.fromEntries(
          ['url', 'email', 'state', 'reason', 'since', 'user', 'limit', 'wait', 'raise'].map((name) => [name, text]),
        ),
        ...Object.fromEntries(['json', 'all', 'dry-run', 'yes', 'help'].map((name) => [name, flag])),
      },
    });
  } catch (fault) {
    throw new Problem(`${fault.message}\n${USAGE}`);
  }
  const { positionals, values: options } = parsed;
  const [noun, verb, target, ...more] = positionals;
  if (options.help) return { run: async () => (say(USAGE), exits.done), options, target };
  const run = commands[noun]?.[verb];
  const isOfAll = verb === 'resend' || (verb === 'replay' && options.all);
  const takesTarget = verb !== 'list' && !isOfAll;
  if (run === undefined || more.length > 0 || (target === undefined) === takesTarget) throw new Problem(USAGE);
  if (verb === 'resend' && !options.all) throw new Problem(USAGE);
  return { run, options, target, needsLogin: true };
}

const whole = (name, given, otherwise) => {
  if (given === undefined) return otherwise;
  const number = Number(given);
  if (!Number.isInteger(number) || number < 1) throw new Problem(`${name}: must be a whole number above 0.`);
  return number;
};

/** The API as the caller's own functions: `call(method, path, json)` gives the body, or throws a sentence. */
async function connect(options) {
  const server = (options.url ?? process.env.PALATE_URL ?? 'http://127.0.0.1:3000').replace(/\/+$/, '');
  const request = async (method, target, { token, json } = {}) => {
    let response;
    let body;
    try {
      response = await fetch(server + target, {
        method,
        headers: {
          accept: 'application/json',
          ...(token && { authorization: `Bearer ${token}` }),
          ...(json && { 'content-type': 'application/json' }),
        },
        ...(json && { body: JSON.stringify(json) }),
        signal: AbortSignal.timeout(callWithinMs),
      });
      body = await response.json();
    } catch (fault) {
      if (response === undefined || fault?.name === 'TimeoutError' || fault?.code !== undefined)
        throw new Away(
          `Nothing answers at ${server}. Start Palate with \`npm start\`, or name the server: --url http://host:port`,
        );
      throw new Problem(`${server} answered ${response.status}, and not in JSON: is that a Palate?`);
    }
    if (response.status < 400) return body;
    const retry = Number(response.headers.get('retry-after'));
    const said = `${body?.detail ?? `${method} ${target} answered ${response.status}.`}${retry > 0 ? ` Try again in ${retry} s.` : ''}`;
    if ([429, 502, 503, 504].includes(response.status)) throw Object.assign(new Away(said), { retryMs: retry * 1000 });
    throw new Problem(said);
  };

  const token = process.env.PALATE_SUPPORT_TOKEN || (await logIn(request, options));
  return (method, target, json) => request(method, target, { token, json });
}

async function logIn(request, options) {
  const email = options.email ?? process.env.PALATE_SUPPORT_EMAIL;
  if (!email) throw new Problem(`Say who you are: PALATE_SUPPORT_TOKEN, or --email.\n${USAGE}`);
  const password = await passwordGiven('PALATE_SUPPORT_PASSWORD');
  if (!password) throw new Problem('The password is missing: PALATE_SUPPORT_PASSWORD, or standard input.');
  return (await request('POST', '/login', { json: { email, password } })).token;
}

/** Rows as text, columns under one another; the last is not padded. */
function table(heads, rows) {
  const cells = [heads, ...rows].map((row) =>
    row.map((cell) => (cell === null || cell === undefined ? '–' : String(cell))),
  );
  const widths = heads.map((_, at) => Math.max(...cells.map((row) => row[at].length)));
  return cells.map((row) => row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at]))).join('  '));
}
const print = (heads, rows) => table(heads, rows).forEach(say);
const short = (at) => at?.replace(/\.\d+Z$/, 'Z') ?? null;
const asJson = (value) => say(JSON.stringify(value, null, 2));

const query = (values) => {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
};
const part = encodeURIComponent;
const filterOf = ({ reason, since }) => ({
  state: 'failed',
  ...(reason !== undefined && { reason }),
  ...(since !== undefined && { since }),
});

/** Asks again while the server is away for a moment; gives what `check` makes of the answer once that is not undefined. */
async function watch(call, target, untilMs, check) {
  let outages = 0;
  for (;;) {
    let waitMs = lookEveryMs;
    try {
      const found = check(await call('GET', target));
      outages = 0;
      if (found !== undefined) return found;
    } catch (fault) {
      if (!(fault instanceof Away) || (outages += 1) > mostOutages) throw fault;
      waitMs = Math.max(waitMs, fault.retryMs || 0);
    }
    const leftMs = untilMs - Date.now();
    if (leftMs <= 0) return undefined;
    await delay(Math.min(waitMs, leftMs));
  }
}

const attemptsOf = ({ attempts }) =>
  attempts.map((one) => [short(one.at), one.status, `${Math.round(one.ms)} ms`, one.by, one.error ?? 'acknowledged']);

function show(sync) {
  print(
    ['account', 'state', 'reason', 'version', 'acknowledged', 'first failed', 'last failed'],
    [
      [
        sync.user_id,
        sync.state,
        sync.reason,
        sync.version,
        sync.acknowledged_version,
        short(sync.first_failed_at),
        short(sync.last_failed_at),
      ],
    ],
  );
  if (sync.dismissed) say(`\nDismissed ${short(sync.dismissed.at)}: ${sync.dismissed.reason}`);
  if (sync.state === 'off') say('\nNo ML service is configured (FLASK_AI_BASE_URL): what changed is sent once one is.');
  if (sync.next_attempt_at) say(`\nNext attempt: ${short(sync.next_attempt_at)}`);
  if (sync.attempts.length > 0) {
    say('\nAttempts, the latest first:');
    print(['at', 'status', 'took', 'by', 'what came of it'], attemptsOf(sync));
  }
  if (sync.run_url) say(`\nIts run: ${sync.run_url}`);
}

const decided = ({ replayed, failed, skipped }) => replayed + failed + skipped;
const progressOf = (replay) =>
  `${replay.state}: ${decided(replay)} of ${replay.total ?? '?'}; ${replay.replayed} acknowledged, ${replay.failed} failed, ${replay.skipped} with nothing to send`;
const ended = ({ state }) => state === 'done' || state === 'cancelled';
const againWith = (id) => `npm run support -- replays watch ${id}`;

/** Shows how far a replay is until it has ended. Ctrl-C ends the looking, not the replay. */
async function follow(call, id, json) {
  const terminal = process.stderr.isTTY === true;
  let said = '';
  process.once('SIGINT', () => {
    tell(`${terminal ? '\n' : ''}The replay ${id} goes on. Look again: ${againWith(id)}`);
    process.exit(exits.interrupted);
  });
  const last = await watch(call, `/api/support/replays/${part(id)}`, Infinity, (replay) => {
    const line = progressOf(replay);
    if (terminal) process.stderr.write(`\r\u001b[K${printable(line)}`);
    else if (line !== said) tell(line);
    said = line;
    return ended(replay) ? replay : undefined;
  });
  if (terminal) process.stderr.write('\n');
  if (json) asJson(last);
  else say(`Replay ${id} is ${progressOf(last)}.`);
  return last.failed > 0 ? exits.failed : exits.done;
}

const countOf = async (call, json) =>
  (await call('POST', '/api/support/syncs/replay', { ...json, dryRun: true })).matched;
async function startReplay(call, json, options) {
  const { id } = await call('POST', '/api/support/syncs/replay', json);
  tell(`Replay ${id} was started. Ctrl-C ends this line, not the replay.`);
  return follow(call, id, options.json);
}

async function replayAll(call, options) {
  const filter = filterOf(options);
  if (!options['dry-run']) return startReplay(call, { filter }, options);
  const matched = await countOf(call, { filter });
  if (options.json) asJson({ matched });
  else say(`${matched} failed syncs match; nothing was sent.`);
  return exits.done;
}

/** Of everybody, so nothing begins without `--yes`. */
async function resendAll(call, options) {
  const { reason, since, yes } = options;
  if (reason !== undefined || since !== undefined)
    throw new Problem('--reason and --since: are for failed syncs only.');
  const raise = whole('--raise', options.raise, undefined);
  const json = { filter: { state: 'all' }, ...(raise !== undefined && { raise }) };
  if (!options['dry-run'] && yes) return startReplay(call, json, options);
  const matched = await countOf(call, json);
  if (!options['dry-run']) throw new Problem(`${matched} accounts would be sent anew; add --yes.`);
  if (options.json) asJson({ matched });
  else say(`${matched} accounts would be sent anew; nothing was sent.`);
  return exits.done;
}

async function replayOne(call, target, options) {
  const path = `/api/support/syncs/${part(target)}`;
  const waitS = whole('--wait', options.wait, 60);
  const before = (await call('GET', path)).attempts[0]?.at ?? '';
  await call('POST', `${path}/replay`);
  let latest;
  const outcome = await watch(call, path, Date.now() + waitS * 1000, (sync) => {
    latest = sync;
    const [attempt] = sync.attempts;
    // ISO 8601 in UTC sorts as text.
    if (attempt === undefined || attempt.at <= before) return undefined;
    if (attempt.reason === null) return 'acknowledged';
    return sync.next_attempt_at === null ? 'failed' : undefined;
  });
  if (options.json) asJson(latest);
  const [attempt] = latest?.attempts ?? [];
  const words = {
    acknowledged: () => `${target}: acknowledged, version ${latest.acknowledged_version}.`,
    failed: () => `${target}: failed again (${attempt.reason}). ${attempt.error}`,
  };
  if (outcome !== undefined) {
    if (!options.json) say(words[outcome]());
    return exits[outcome === 'failed' ? 'failed' : 'done'];
  }
  const why =
    latest?.state === 'held'
      ? 'the receiver is left alone for a while'
      : attempt !== undefined && attempt.at > before
        ? `the latest attempt failed (${attempt.reason}), and another is to come`
        : 'no attempt was made yet';
  tell(`${target}: not decided within ${waitS} s; ${why}. Look again: npm run support -- syncs show ${target}`);
  return exits.undecided;
}

/** So many of a list as were asked for, and what else its last page says. */
async function paged(call, path, filter, wanted) {
  const items = [];
  let last = { nextCursor: null };
  do {
    const limit = Math.min(wanted - items.length, mostOnAPage);
    last = await call('GET', `${path}${query({ ...filter, limit, cursor: last.nextCursor })}`);
    items.push(...last.items);
  } while (last.nextCursor !== null && items.length < wanted);
  return { ...last, items };
}
const sayMore = (cursor, wanted) => cursor !== null && say(`… and more: --limit ${wanted * 2}`);

const waits = { palate: 'Palate', ml_service: 'ML service' };

const commands = {
  syncs: {
    async list(call, _target, options) {
      const wanted = whole('--limit', options.limit, 50);
      const { state, reason, since, user } = options;
      const page = await paged(call, '/api/support/syncs', { state, reason, since, user }, wanted);
      const { items, counts, nextCursor } = page;
      if (options.json) return (asJson(page), exits.done);
      if (items.length === 0) say('None.');
      else
        print(
          ['account', 'state', 'reason', 'version', 'acknowledged', 'attempts', 'last failed'],
          items.map((item) => [
            item.user_id,
            item.state,
            item.reason,
            item.version,
            item.acknowledged_version,
            item.attempts,
            short(item.last_failed_at),
          ]),
        );
      sayMore(nextCursor, wanted);
      const some = Object.entries(counts).filter(([, count]) => count > 0);
      if (some.length > 0) say(`\nFailed, by reason: ${some.map(([name, count]) => `${name} ${count}`).join(', ')}`);
      return exits.done;
    },

    async show(call, target, { json }) {
      const sync = await call('GET', `/api/support/syncs/${part(target)}`);
      if (json) asJson(sync);
      else show(sync);
      return exits.done;
    },

    replay: (call, target, options) => (options.all ? replayAll(call, options) : replayOne(call, target, options)),

    resend: (call, _target, options) => resendAll(call, options),

    async dismiss(call, target, { reason, json }) {
      if (!reason) throw new Problem('Say why, with --reason: it is kept in the audit.');
      const sync = await call('POST', `/api/support/syncs/${part(target)}/dismiss`, { reason });
      if (json) asJson(sync);
      else say(`${target}: dismissed. Its next change is sent as ever.`);
      return exits.done;
    },
  },

  replays: {
    async list(call, _target, { json }) {
      const { items } = await call('GET', '/api/support/replays');
      if (json) return (asJson(items), exits.done);
      if (items.length === 0) say('None.');
      else
        print(
          ['replay', 'state', 'made', 'of', 'acknowledged', 'failed', 'skipped', 'whom', 'reason', 'since'],
          items.map((one) => [
            one.id,
            one.state,
            short(one.created_at),
            one.total,
            one.replayed,
            one.failed,
            one.skipped,
            one.filter.state,
            one.filter.reason,
            short(one.filter.since),
          ]),
        );
      return exits.done;
    },

    async show(call, target, { json }) {
      const replay = await call('GET', `/api/support/replays/${part(target)}`);
      if (json) asJson(replay);
      else say(`Replay ${replay.id} is ${progressOf(replay)}.`);
      return exits.done;
    },

    watch: (call, target, { json }) => follow(call, target, json),
    pause: (call, target, options) => tellReplay(call, target, 'pause', options),
    resume: (call, target, options) => tellReplay(call, target, 'resume', options),
    cancel: (call, target, options) => tellReplay(call, target, 'cancel', options),
  },

  users: {
    async find(call, email, { json }) {
      const found = await call('POST', '/api/support/users/find', { email });
      if (json) asJson(found);
      else say(found.user_id);
      return exits.done;
    },
  },

  erasures: {
    async list(call, _target, options) {
      const wanted = whole('--limit', options.limit, 50);
      const page = await paged(call, '/api/support/erasures', { state: options.state }, wanted);
      if (options.json) return (asJson(page), exits.done);
      if (page.items.length === 0) say('None.');
      else
        print(
          ['erasure', 'account', 'state', 'requested', 'waits for', 'reason', 'status', 'attempts', 'last failed'],
          page.items.map((one) => [
            one.id,
            one.user_id,
            one.state,
            short(one.requested_at),
            waits[one.waiting_for],
            one.reason,
            one.status,
            one.attempts,
            short(one.last_failed_at),
          ]),
        );
      sayMore(page.nextCursor, wanted);
      return exits.done;
    },
  },
};

async function tellReplay(call, target, what, { json }) {
  const replay = await call('POST', `/api/support/replays/${part(target)}/${what}`);
  if (json) asJson(replay);
  else say(`Replay ${replay.id} was told to ${what}; what is under way ends first.`);
  return exits.done;
}

try {
  const { run, options, target, needsLogin } = read(process.argv.slice(2));
  process.exitCode = await run(needsLogin ? await connect(options) : null, target, options);
} catch (fault) {
  tell(sentence(fault, 'this machine'));
  process.exitCode = exits.fault;
}
