/** `npm run migrate`: brings the MongoDB of MONGODB_URI into the form of this version. Needed before a new version starts on it. */
import { hostname } from 'node:os';
import { built, ensureBuild } from './checkout/build.mjs';
import { ensureDependencies } from './checkout/dependencies.mjs';
import { givenMongodbUri } from './database.mjs';
import { Problem, sentence } from './engines/problem.mjs';
import { count, progressLine } from './importing.mjs';
import { printable } from './printable.mjs';

const USAGE = `npm run migrate [-- --dry-run | --again]
Builds and changes the indexes of the MongoDB at MONGODB_URI, then its rows, as this version needs them.
--dry-run says what would be done, and changes nothing.
--again also looks for rows that the previous version wrote after they were migrated.`;

const say = (line) => console.log(printable(line));
const line = progressLine(say);
const withinMs = 10_000;
const nameOf = ({ number, name }) => `${number} ${name}`;

/** Ends it in order, between two batches; the second Ctrl-C at once. */
const stopping = new AbortController();
process.once('SIGINT', () => stopping.abort());
process.once('SIGTERM', () => stopping.abort());

function onProgress(progress) {
  switch (progress.kind) {
    case 'waiting':
      return line.say(
        `${progress.by.holder} has been migrating this database since ${progress.by.takenAt.toISOString()}; waiting.`,
      );
    case 'indexes':
      return line.say(`Changing ${progress.changes.length} indexes …`);
    case 'batch':
      return line.over(`${nameOf(progress.migration)}: ${count(progress.changed)} changed so far`);
    case 'done':
      line.say(`${nameOf(progress.migration)}: done, ${count(progress.changed)} changed.`);
      if (progress.left > 0) line.say(`  left as they are: ${count(progress.left)} ${progress.migration.leaves}`);
  }
}

async function migrate(uri, again, { migrateAt, describeChange }) {
  const { indexes, migrations } = await migrateAt(uri, withinMs, {
    holder: `npm run migrate (process ${process.pid} on ${hostname()})`,
    again,
    signal: stopping.signal,
    onProgress,
  });
  for (const change of indexes) say(`  ${describeChange(change)}`);
  say(
    indexes.length + migrations.length === 0
      ? 'Everything is as this version needs it already.'
      : 'Everything is as this version needs it.',
  );
}

async function dryRun(uri, { onDatabase, planMigrations, describeChange, migrations }) {
  await onDatabase(uri, withinMs, async (connection) => {
    const { changes, kept, pending, empty } = await planMigrations(connection);
    say(`Indexes: ${changes.length === 0 ? 'nothing to change' : ''}`.trim());
    for (const change of changes) say(`  ${describeChange(change)}`);
    for (const { collection, name } of kept) say(`  keep ${collection} ${name}, which this version does not know`);
    say(`Migrations: ${pending.length === 0 ? 'none is pending' : ''}`.trim());
    for (const migration of migrations) {
      const isPending = pending.includes(migration);
      const rows = empty ? 0 : await migration.count(connection);
      if (isPending) say(`  ${nameOf(migration)}: pending; ${migration.counts}: ${count(rows)}`);
      else if (rows > 0 && migration.leaves !== undefined)
        say(
          `  ${nameOf(migration)}: done; ${migration.counts}: ${count(rows)}; of these are left: ${migration.leaves}`,
        );
      else if (rows > 0)
        say(
          `  ${nameOf(migration)}: done; since then ${migration.counts}: ${count(rows)} (npm run migrate -- --again)`,
        );
    }
    say('Nothing was changed.');
  });
}

try {
  const [word, ...more] = process.argv.slice(2);
  if (more.length > 0 || ![undefined, '--dry-run', '--again'].includes(word)) throw new Problem(USAGE);
  const uri = givenMongodbUri(process.env);
  if (!uri)
    throw new Problem('MONGODB_URI is not set: name the database that is to be migrated (npm start sees to its own).');
  await ensureDependencies({ env: process.env, say });
  await ensureBuild({ env: process.env, say });
  const migrations = await built('store/migrations/index.js');
  await (word === '--dry-run' ? dryRun(uri, migrations) : migrate(uri, word === '--again', migrations)).catch(
    (fault) => {
      if (fault.name === 'AbortError') throw new Problem('Stopped while waiting; nothing was changed.');
      if (fault.name === 'MongoParseError')
        throw new Problem(`MONGODB_URI is not an address of MongoDB (${fault.message}).`);
      if (fault.name !== 'MongooseServerSelectionError') throw fault;
      throw new Problem(
        `MongoDB at MONGODB_URI does not answer (${fault.message}): check the address and that it runs.`,
      );
    },
  );
} catch (fault) {
  line.end();
  console.error(printable(sentence(fault, 'the checkout')));
  process.exitCode = 1;
}
