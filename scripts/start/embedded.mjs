/** The engines of a start: found, started and kept alive, unless a variable names one that runs elsewhere. */
import { findMongod, startMongod } from '../engines/mongodb.mjs';
import { findTemporal, startTemporal } from '../engines/temporal.mjs';
import { redacted } from './greeting.mjs';
import { GRACE_MS, STAGE } from './order.mjs';

/** Returns the URI of MongoDB: the one that is set, or that of a server started here. */
export async function embeddedMongodb({ env, say, home, supervisor, port, started }) {
  if (env.MONGODB_URI) {
    say(`MongoDB: ${redacted(env.MONGODB_URI)} (MONGODB_URI).`);
    return env.MONGODB_URI;
  }
  const { name, version, origin, program } = await findMongod({ env, say });
  say(`${name} ${version}, ${origin}.`);
  const options = { program, folder: home.file('mongodb'), logFile: home.log('mongodb'), port, env };
  const { uri } = await supervisor.keep({
    name,
    stage: STAGE.mongodb,
    graceMs: GRACE_MS.mongodb,
    start: (heard) => startMongod({ ...options, started: started(heard) }),
  });
  return uri.replace('/?', '/palate?');
}

/** Returns the address of Temporal and, of a server started here, the address of its UI. */
export async function embeddedTemporal({ env, say, home, supervisor, ports, started }) {
  if (env.TEMPORAL_ADDRESS) {
    say(`Temporal: ${env.TEMPORAL_ADDRESS} (TEMPORAL_ADDRESS).`);
    return { address: env.TEMPORAL_ADDRESS, ui: env.TEMPORAL_UI_URL || null };
  }
  const { name, version, origin, program } = await findTemporal({ env, say });
  say(`${name} ${version}, ${origin}.`);
  const options = {
    program,
    folder: home.file('temporal'),
    logFile: home.log('temporal'),
    port: ports.temporal,
    uiPort: ports.temporalUi,
    env,
  };
  const { address } = await supervisor.keep({
    name,
    stage: STAGE.temporal,
    graceMs: GRACE_MS.temporal,
    start: (heard) => startTemporal({ ...options, started: started(heard) }),
  });
  return { address, ui: `http://127.0.0.1:${ports.temporalUi}` };
}
