/**
 * One Palate on one machine, from its home folder to its last process.
 *
 * R1  Settings are checked before anything is started; engines come up side by side; the application comes last and goes first.
 * R2  The first Ctrl-C (or SIGTERM, SIGHUP) stops everything in order, a second one ends everything at once.
 * R3  However this process ends, nothing it started outlives it: the mourner sees to the ends that it cannot see to itself.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { built, ensureBuild } from '../checkout/build.mjs';
import { root } from '../checkout/dependencies.mjs';
import { givenMongodbUri } from '../database.mjs';
import { startMourner } from '../engines/mourner.mjs';
import { freePort, portIsFree } from '../engines/network.mjs';
import { Problem, sentence } from '../engines/problem.mjs';
import { capLog } from '../engines/processes.mjs';
import { startApplication } from './application.mjs';
import { embeddedMongodb, embeddedTemporal } from './embedded.mjs';
import { endOfRun } from './endOfRun.mjs';
import { addresses, advised, firstSteps } from './greeting.mjs';
import { drawMeal } from '../drawMeal.mjs';
import { printable } from '../printable.mjs';
import { openHome } from './home.mjs';
import { GRACE_MS, STAGE } from './order.mjs';
import { checkSettings } from './settings.mjs';
import { createSupervisor } from './supervisor.mjs';

const LOG_CHECK_MS = 60_000;

/**
 * Runs until it is told to stop. Says what happens by `say`, and what went wrong on standard error.
 * @param {{ env: NodeJS.ProcessEnv, say: (line: string) => void, main?: string, build?: typeof ensureBuild, firstPauseMs?: number }} options
 *   `main` is the application's program (whoever gives another one builds it too); `firstPauseMs` is the first wait before
 *   what ended is started again
 * @returns {Promise<0 | 1>} the exit code: 1 if it could not start or could not stay up
 */
export async function runPalate({
  env,
  say,
  main = path.join(root, 'dist', 'main.js'),
  build = ensureBuild,
  firstPauseMs,
}) {
  const folder = path.resolve(env.PALATE_HOME || path.join(root, '.palate'));
  try {
    const home = openHome(folder);
    const claim = await home.claim(say);
    const fault = await runIn(home, claim, { env: withForeignNames(env), say, main, build, firstPauseMs });
    if (fault !== null) throw home.isFull() ? Object.assign(new Error('the disk is full'), { code: 'ENOSPC' }) : fault;
    say('Everything has stopped.');
    return 0;
  } catch (fault) {
    console.error(printable(sentence(fault, folder)));
    return 1;
  }
}

/** The few names of other systems that matter before the application reads its settings; it reports them itself. */
function withForeignNames(env) {
  const isMongo = (uri) => (/^mongodb(\+srv)?:/.test(uri ?? '') ? uri : undefined);
  return {
    ...env,
    PORT: env.PORT || env.SERVICE_PORT,
    MONGODB_URI_FILE: undefined,
    JWT_SECRET: env.JWT_SECRET || env.JWT_SECRET_KEY,
    MONGODB_URI: givenMongodbUri(env) || isMongo(env.DATABASE_URL) || isMongo(env.MONGO_URI),
  };
}

/** Returns the fault that ended the run, or null if a person did. */
async function runIn(home, claim, { env, say, main, build, firstPauseMs }) {
  const begun = Date.now();
  const mourner = startMourner(env);
  const watch = (running) => {
    mourner.watch(running);
    claim.watch(running);
  };
  const end = endOfRun(say);
  const supervisor = createSupervisor({ say, givenUp: end.because, diskIsFull: home.isFull, firstPauseMs });
  end.whenForced(() => {
    supervisor.kill();
    claim.release();
  });
  const logs = ['mongodb', 'temporal', 'application', 'trainer'].map(home.log);
  const logCheck = setInterval(() => logs.forEach(capLog), LOG_CHECK_MS);
  try {
    const up = bringUp({ env, say, home, supervisor, watch, main, build }).then((lines) => {
      if (!end.asked)
        say([`Palate is ready (${((Date.now() - begun) / 1000).toFixed(1)} s).`, '', ...lines].join('\n'));
    });
    up.catch(end.because);
    await end.reached;
  } finally {
    clearInterval(logCheck);
    await supervisor.stop();
    claim.release();
    mourner.dismiss();
    end.release();
  }
  return end.fault;
}

/** Starts everything, in order, and returns the lines that tell a person where it is. */
async function bringUp({ env, say, home, supervisor, watch, main, build }) {
  // The sources first, as the settings are read by what is built of them.
  await build({ env, say });
  const made = env.NODE_ENV === 'production' ? {} : home.secrets();
  const secrets = Object.fromEntries(Object.entries(made).filter(([name]) => !env[name] && !env[`${name}_FILE`]));
  const host = env.HOST || '127.0.0.1';
  const own = { ...env, ...secrets, PALATE_HOME: home.folder, HOST: host };
  await checkSettings(own);
  // Its processes have to be found here, so that a 0 (any free port) is settled before they start.
  const port = Number(env.PORT || 3000) || (await freePort());
  if (!(await portIsFree(port, host))) {
    throw new Problem(
      `Port ${port} is taken by another program: stop that one, or give Palate another port, for example PORT=${port + 1} npm start.`,
    );
  }
  const ports = await home.ports(
    [
      ...(env.MONGODB_URI ? [] : ['mongodb']),
      ...(env.TEMPORAL_ADDRESS ? [] : ['temporal', 'temporalUi']),
      'metrics',
      'trainerMetrics',
    ],
    say,
  );
  const started = (heard) => (running) => {
    watch(running);
    heard(running);
  };
  const [mongodbUri, temporal] = await Promise.all([
    embeddedMongodb({ env, say, home, supervisor, port: ports.mongodb, started }),
    embeddedTemporal({ env, say, home, supervisor, ports, started }),
  ]);
  const metricsPort = Number(env.METRICS_PORT) || ports.metrics;
  const shared = { ...own, MONGODB_URI: mongodbUri, TEMPORAL_ADDRESS: temporal.address, PORT: String(port) };
  if (temporal.ui !== null) shared.TEMPORAL_UI_URL = temporal.ui;
  // A database of our own has nobody else to build its indexes.
  if (!env.MONGODB_URI) shared.MONGODB_INDEXES = env.MONGODB_INDEXES || 'build';
  const { localAddress } = await built('config/addresses.js');
  const reached = `http://${localAddress({ host, port })}`;
  const trainerHost = env.METRICS_HOST || '127.0.0.1';
  const trainerMetricsPort = Number(env.METRICS_PORT) ? metricsPort + 1 : ports.trainerMetrics;
  await Promise.all([
    supervisor.keep({
      name: 'The application',
      stage: STAGE.application,
      graceMs: GRACE_MS.application,
      start: (heard) =>
        startApplication({
          main,
          role: 'all',
          env: { ...shared, METRICS_PORT: String(metricsPort) },
          logFile: home.log('application'),
          readyUrl: `${reached}/health/ready`,
          started: started(heard),
        }),
    }),
    supervisor.keep({
      name: 'The trainer',
      stage: STAGE.application,
      graceMs: GRACE_MS.application,
      start: (heard) =>
        startApplication({
          main,
          role: 'trainer',
          env: { ...shared, METRICS_PORT: String(trainerMetricsPort) },
          logFile: home.log('trainer'),
          readyUrl: `http://${localAddress({ host: trainerHost, port: trainerMetricsPort })}/health/live`,
          started: started(heard),
        }),
    }),
  ]);
  const picture = home.file('sample-meal.jpg');
  writeFileSync(picture, await drawMeal('pizza'));
  return [
    ...addresses({ reached, extraPorts: env.EXTRA_PORTS, temporal, mongodbUri, home }),
    '',
    ...firstSteps(reached, picture),
    '',
    ...(await advised(reached)),
    'Ctrl-C stops everything.',
  ];
}
