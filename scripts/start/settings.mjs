/** Settings of a start, checked by the schema that the application has, before anything is started. */
import { readFileSync } from 'node:fs';
import { built } from '../checkout/build.mjs';
import { Problem } from '../engines/problem.mjs';

/** What the start fills in later, once there is an engine behind it. */
const notYetKnown = { MONGODB_URI: 'mongodb://127.0.0.1/palate', TEMPORAL_ADDRESS: '127.0.0.1:7233' };

/**
 * @param {NodeJS.ProcessEnv} env as the application will have it, but for the addresses of engines
 * @throws {Problem} naming every variable that is wrong
 */
export async function checkSettings(env) {
  const { parseSettings, SettingsError } = await built('config/settings.js');
  const given = Object.entries(notYetKnown).map(([name, meanwhile]) => [name, env[name] || meanwhile]);
  try {
    parseSettings({ ...env, ...Object.fromEntries(given), PALATE_ROLE: 'all' }, (file) => readFileSync(file, 'utf8'));
  } catch (fault) {
    throw fault instanceof SettingsError ? new Problem(fault.message) : fault;
  }
}
