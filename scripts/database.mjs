/** The database of scripts that work beside a running Palate: that of MONGODB_URI, or the one `npm start` runs for PALATE_HOME. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from './checkout/dependencies.mjs';
import { Problem } from './engines/problem.mjs';

/** Connects, or throws a sentence that says what to do. Needs the packages to be installed. */
export async function connectToDatabase(env) {
  const uri = env.MONGODB_URI || (await embeddedUri(env));
  const { default: mongoose } = await import('mongoose');
  const connection = await mongoose
    .createConnection(uri, { serverSelectionTimeoutMS: 5_000, autoIndex: false })
    .asPromise()
    .catch((fault) => {
      const remedy = env.MONGODB_URI
        ? 'check MONGODB_URI and that it runs'
        : 'start Palate with npm start, then try again';
      throw new Problem(`MongoDB does not answer (${fault.message}): ${remedy}.`);
    });
  return { connection, close: () => connection.close() };
}

async function embeddedUri(env) {
  const home = path.resolve(env.PALATE_HOME || path.join(root, '.palate'));
  const ports = await readFile(path.join(home, 'ports.json'), 'utf8').catch(() => '{}');
  const port = JSON.parse(ports).mongodb;
  if (port === undefined)
    throw new Problem(
      `Palate has never run on ${home}: start it with npm start first, or set MONGODB_URI or PALATE_HOME to where it runs.`,
    );
  return `mongodb://127.0.0.1:${port}/palate?replicaSet=palate`;
}
