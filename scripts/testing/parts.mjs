/** The parts of `npm test`, in order, and how each is run. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { root } from '../checkout/dependencies.mjs';
import { runCommand } from '../engines/command.mjs';
import { readJestReport } from './jestReport.mjs';

const CHECK_MS = 10 * 60_000;
const LINGER_MS = 30_000;

const bin = (file) => path.join(root, 'node_modules', file);
const eslint = ['eslint', bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0'];
const prettier = ['format', bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'];
const tsc = ['types', bin('typescript/bin/tsc'), '--noEmit'];
const kernels = ['kernels', path.join(root, 'scripts', 'kernels.mjs'), '--check'];
const imports = [
  'import rules',
  bin('dependency-cruiser/bin/dependency-cruise.mjs'),
  'src',
  '--config',
  '.dependency-cruiser.cjs',
];
const bundle = ['workflow bundle', path.join(root, 'scripts', 'checkBundle.mjs')];

/**
 * A part is a list of checks (each one name, one script and its arguments), or one of jest's projects. `atOnce`: test files under way at
 * once, where jest's own choice is not the right one. `beside`: it runs while that other part does, if that one is run at all. `onEngines`: its
 * tests need MongoDB, Temporal and S3.
 */
export const parts = {
  // Checks never wait, tests of sockets and time limits do: beside each other they take little longer than the longer one.
  lint: { checks: [eslint, prettier], beside: 'unit' },
  types: { checks: [tsc, kernels], beside: 'unit' },
  rules: { checks: [imports, bundle], beside: 'unit' },
  // Left to itself, jest keeps one core for its own reports.
  unit: { project: 'unit', atOnce: os.availableParallelism() },
  replay: { project: 'replay' },
  // Its tests wait for engines most of the time: two files at once, whatever the machine has.
  integration: { project: 'integration', atOnce: 2, onEngines: true },
  // What they kill is theirs alone: processes, and engines of their own. Most of the time they wait for what died to be missed.
  processes: { project: 'processes', atOnce: 3, onEngines: true },
  // What they measure, another file beside them would change.
  bounds: { project: 'bounds', atOnce: 1, onEngines: true },
};

/**
 * Runs one part.
 * @param {{ name: string, args: string[], env: NodeJS.ProcessEnv, say: (line: string) => void }} options `args` go on to jest
 * @returns {Promise<{ passed: number, failures: string[], skipped: string[] }>}
 */
export const runPart = ({ name, args, env, say }) =>
  'checks' in parts[name] ? runChecks(parts[name].checks, env, say) : runJest(parts[name], args, env);

async function runChecks(checks, env, say) {
  const failures = [];
  for (const [name, ...command] of checks) {
    const begun = Date.now();
    const { ok, output, timedOut } = await runCommand(process.execPath, command, {
      cwd: root,
      env: { ...env, FORCE_COLOR: '0' }, // what is collected here may be read as plain text
      timeoutMs: CHECK_MS,
    });
    say(`${ok ? '✓' : '✗'} ${name} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
    if (ok) continue;
    failures.push(name);
    say(timedOut ? 'It did not end within ten minutes.' : output.trimEnd());
  }
  return { passed: checks.length - failures.length, failures, skipped: [] };
}

async function runJest({ project, atOnce }, args, env) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'palate-tests-'));
  const reportFile = path.join(folder, 'report.json');
  try {
    // The file names come first: what follows --selectProjects counts as a project.
    const command = [
      bin('jest/bin/jest.js'),
      ...args,
      '--json',
      `--outputFile=${reportFile}`,
      ...(atOnce === undefined ? [] : [`--maxWorkers=${atOnce}`]),
      '--selectProjects',
      project,
    ];
    const { code, lingered } = await jest(command, env, reportFile);
    const text = await readFile(reportFile, 'utf8').catch(() => 'null');
    const result = readJestReport(JSON.parse(text), code === 0, root);
    if (lingered) result.failures.push('jest had to be ended: a test left something open');
    return { ...result, failures: result.failures.map((failure) => `${project}: ${failure}`) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs jest to its end; one that has reported but does not end is given half a minute. */
function jest(command, env, reportFile) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, command, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
    let lingered = false;
    let reportedAt = null;
    const look = setInterval(() => {
      void stat(reportFile).then(
        () => {
          reportedAt ??= Date.now();
          if (Date.now() - reportedAt < LINGER_MS) return;
          lingered = true;
          child.kill('SIGKILL');
        },
        () => {},
      );
    }, 1_000);
    const end = () => child.kill('SIGTERM');
    process.once('exit', end);
    const done = (code) => {
      clearInterval(look);
      process.removeListener('exit', end);
      resolve({ code, lingered });
    };
    child.once('error', () => done(null));
    child.once('close', done);
  });
}
