/** The engines of scripts that work beside a running Palate: those the environment names, or those `npm start` runs for PALATE_HOME. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from './checkout/dependencies.mjs';
import { Problem } from './engines/problem.mjs';

/** Connects, or throws a sentence that says what to do. Needs the packages to be installed. */
export async function connectToDatabase(env) {
  const uri = await mongodbUriOf(env);
  const { default: mongoose } = await import('mongoose');
  const connection = await mongoose
    .createConnection(uri, { serverSelectionTimeoutMS: 5_000, autoIndex: false })
    .asPromise()
    .catch((fault) => {
      const remedy = givenMongodbUri(env)
        ? 'check MONGODB_URI and that it runs'
        : 'start Palate with npm start, then try again';
      throw new Problem(`MongoDB does not answer (${fault.message}): ${remedy}.`);
    });
  return { connection, close: () => connection.close() };
}

/** `MONGODB_URI`, or what is in the file that `MONGODB_URI_FILE` names; undefined without either. */
export const givenMongodbUri = (env) => {
  if (env.MONGODB_URI || !env.MONGODB_URI_FILE) return env.MONGODB_URI || undefined;
  try {
    return readFileSync(env.MONGODB_URI_FILE, 'utf8').trim();
  } catch (fault) {
    throw new Problem(`MONGODB_URI_FILE names a file that cannot be read (${fault.code}): ${env.MONGODB_URI_FILE}.`);
  }
};

export const mongodbUriOf = async (env) =>
  givenMongodbUri(env) ||
  `mongodb://127.0.0.1:${await embeddedPort(env, 'mongodb', 'MONGODB_URI')}/palate?replicaSet=palate`;

export const temporalAddressOf = async (env) =>
  env.TEMPORAL_ADDRESS || `127.0.0.1:${await embeddedPort(env, 'temporal', 'TEMPORAL_ADDRESS')}`;

async function embeddedPort(env, engine, variable) {
  const home = path.resolve(env.PALATE_HOME || path.join(root, '.palate'));
  const ports = await readFile(path.join(home, 'ports.json'), 'utf8').catch(() => '{}');
  const port = JSON.parse(ports)[engine];
  if (port === undefined)
    throw new Problem(
      `Palate has never run on ${home}: start it with npm start first, or set ${variable} or PALATE_HOME to where it runs.`,
    );
  return port;
}
