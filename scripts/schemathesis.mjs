/**
 * `npm run schemathesis -- [http://host:port] [options of schemathesis]`: holds a running Palate to its own OpenAPI document, as an
 * account that it makes (or that of PALATE_TOKEN). Installs schemathesis on first use, with Python's pip, beside the engines.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Problem, sentence } from './engines/problem.mjs';
import { engineFolder } from './engines/cache.mjs';
import { printable } from './printable.mjs';

const version = '4.32.0';
/** Those that end the session or the account of the run, and the event stream, which never ends. */
const left = '^(postApi(Auth|V1Users)Logout|deleteApi(Auth|V1Users)Me|putApiAuthPassword|getPhotosIdEvents)$';

const run = (command, args) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit' });
    child.once('error', (fault) =>
      reject(new Problem(`${command} could not be started (${fault.code}); it comes with Python 3.10 or newer.`)),
    );
    child.once('exit', (code) => resolve(code ?? 1));
  });
const mustRun = async (command, args) => {
  if ((await run(command, args)) !== 0)
    throw new Problem(`${[command, ...args].join(' ')} failed; its lines are above.`);
};

async function installed() {
  const folder = path.join(engineFolder(process.env), '..', `schemathesis-${version}`);
  const program = path.join(folder, 'bin', 'schemathesis');
  if (existsSync(program)) return program;
  await mustRun('python3', ['-m', 'venv', folder]);
  await mustRun(path.join(folder, 'bin', 'pip'), ['install', '--quiet', `schemathesis==${version}`]);
  return program;
}

async function newToken(server) {
  const response = await fetch(`${server}/auth/signup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      email: `schemathesis-${randomBytes(6).toString('hex')}@example.com`,
      password: randomBytes(12).toString('base64url'),
    }),
  }).catch((fault) => {
    throw new Problem(
      `${server} does not answer (${fault.cause?.code ?? fault.message}): start Palate with npm start.`,
    );
  });
  const body = await response.json();
  if (!response.ok) throw new Problem(`${server} makes no account: ${body.detail}`);
  return body.token;
}

try {
  const [first, ...others] = process.argv.slice(2);
  const named = first?.startsWith('http') ?? false;
  const server = (named ? first : `http://127.0.0.1:${process.env.PORT ?? 3000}`).replace(/\/$/, '');
  const options = named || first === undefined ? others : [first, ...others];
  const program = await installed();
  const token = process.env.PALATE_TOKEN ?? (await newToken(server));
  const internalKey = process.env.NODE_INTERNAL_KEY?.split(',', 1)[0];
  process.exitCode = await run(program, [
    'run',
    `${server}/openapi.json`,
    ...['--checks', 'all', '--continue-on-failure', '--exclude-operation-id-regex', left],
    ...['--header', `Authorization: Bearer ${token}`],
    ...(internalKey ? ['--header', `x-internal-key: ${internalKey}`] : []),
    ...options,
  ]);
} catch (fault) {
  console.error(printable(sentence(fault, 'schemathesis')));
  process.exitCode = 1;
}
