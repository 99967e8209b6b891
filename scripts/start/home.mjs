/**
 * PALATE_HOME: everything an embedded Palate keeps on this machine.
 *
 * H1  Only its owner reads it: folders have mode 0700, files that hold secrets 0600.
 * H2  One Palate a home. `running.json` names the processes of the one that runs; a process id alone proves nothing (ids are
 *     used again), so each has its start time beside it.
 * H3  Files are written beside their place and renamed into it: a cut cable leaves the old or the new one.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, portIsFree } from '../engines/network.mjs';
import { Problem } from '../engines/problem.mjs';
import { isRunning, startMark } from '../engines/processes.mjs';

const LEAST_FREE_BYTES = 300e6;
const FULL_BYTES = 16e6;
const GRACE_MS = 15_000;
const FIRST_PORTS = { mongodb: 27117, temporal: 7233, temporalUi: 8233, metrics: 9464, trainerMetrics: 9465 };

export function openHome(folder) {
  mkdirSync(path.join(folder, 'logs'), { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  if (freeBytes(folder) < LEAST_FREE_BYTES) {
    throw new Problem(
      `The disk that holds ${folder} has ${Math.floor(freeBytes(folder) / 1e6)} MB left, too little for a database: ` +
        `free ${LEAST_FREE_BYTES / 1e6} MB there, or point PALATE_HOME at another disk, and start again.`,
    );
  }
  const file = (name) => path.join(folder, name);
  return {
    folder,
    file,
    /** A full disk is seen here: an engine that it stops cannot even write so to its log. */
    isFull: () => freeBytes(folder) < FULL_BYTES,
    log: (name) => path.join(folder, 'logs', `${name}.log`),
    secrets: () => madeOnce(file('secrets.json'), makeSecrets),
    ports: (names, say) => keptPorts(file('ports.json'), names, say),
    claim: (say) => claim(file('running.json'), folder, say),
  };
}

function freeBytes(folder) {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Signing and encryption keys, made at the first start. They are given to the application by its own variables' names. */
const makeSecrets = () => ({
  JWT_SECRET: randomBytes(48).toString('base64url'),
  PALATE_ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
});

function madeOnce(file, make) {
  const kept = readJson(file);
  if (kept !== null) return kept;
  if (existsSync(file))
    throw new Problem(
      `${file} is damaged: put back your copy of it, or delete it to have new secrets made (everyone signs in again).`,
    );
  const made = make();
  writeJson(file, made);
  return made;
}

/**
 * A port for each of `names`: the one of the last start, else the usual one, else any. Should another program have taken a
 * kept one in the meantime, a new one is kept, and said so.
 */
async function keptPorts(file, names, say) {
  const kept = readJson(file) ?? {};
  const ports = { ...kept };
  for (const name of names) {
    const before = kept[name];
    const others = Object.entries(ports)
      .filter(([other]) => other !== name)
      .map(([, port]) => port);
    const fits = async (port) => port !== undefined && !others.includes(port) && (await portIsFree(port));
    if (await fits(before)) continue;
    ports[name] = (await fits(FIRST_PORTS[name])) ? FIRST_PORTS[name] : await freePort();
    if (before !== undefined)
      say(`Port ${before}, which ${name} had at the last start, is taken: ${ports[name]} from now on.`);
  }
  if (JSON.stringify(ports) !== JSON.stringify(kept)) writeJson(file, ports);
  return ports;
}

/** Makes this process the one Palate of the home, and ends what one before it left running (H2). */
async function claim(file, folder, say) {
  for (;;) {
    const before = readJson(file);
    if (before !== null && isSame(before.owner)) {
      throw new Problem(
        `Palate is already running on ${folder} (process ${before.owner.pid}): stop it with Ctrl-C where it runs, or start this one with another PALATE_HOME.`,
      );
    }
    if (before !== null) await endLeftovers(before.processes.filter(isSame), say);
    rmSync(file, { force: true });
    try {
      writeFileSync(file, JSON.stringify({ owner: named('start', process.pid), processes: [] }), {
        flag: 'wx',
        mode: 0o600,
      });
      break;
    } catch (fault) {
      if (fault.code !== 'EEXIST') throw fault; // Another start came first: look at it again.
    }
  }
  const processes = new Map();
  const note = () => {
    try {
      writeJson(file, { owner: named('start', process.pid), processes: [...processes.values()] });
    } catch {
      // A full disk must not keep an engine from coming back; the mourner knows of the process all the same.
    }
  };
  return {
    /** Notes a process until it ends, for the next start should this one be killed. */
    watch(running) {
      if (running.pid === undefined) return;
      processes.set(running.pid, named(running.name, running.pid));
      note();
      void running.exited.then(() => processes.delete(running.pid));
    },
    release: () => rmSync(file, { force: true }),
  };
}

const named = (name, pid) => ({ name, pid, mark: startMark(pid) });
const isSame = ({ pid, mark }) => isRunning(pid) && startMark(pid) === mark;

async function endLeftovers(processes, say) {
  if (processes.length === 0) return;
  say(
    `Ending what an earlier start left behind: ${processes.map(({ name, pid }) => `${name} (process ${pid})`).join(', ')}.`,
  );
  for (const one of processes.reverse()) {
    signal(one.pid, 'SIGTERM');
    const deadline = Date.now() + GRACE_MS;
    while (isSame(one) && Date.now() < deadline) await pause(50);
    if (isSame(one)) signal(-one.pid, 'SIGKILL');
  }
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch {
    // Gone already.
  }
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (fault) {
    if (fault.code === 'ENOENT' || fault instanceof SyntaxError) return null;
    throw fault;
  }
}

function writeJson(file, value) {
  writeFileSync(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
