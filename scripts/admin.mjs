/**
 * `npm run admin -- create|list|role`: accounts with rights, made where the database is, as no door of the API gives any.
 * Speaks to MONGODB_URI, or to the MongoDB that `npm start` runs for PALATE_HOME.
 */
import { parseArgs } from 'node:util';
import { built, ensureBuild } from './checkout/build.mjs';
import { ensureDependencies } from './checkout/dependencies.mjs';
import { connectToDatabase } from './database.mjs';
import { Problem, sentence } from './engines/problem.mjs';
import { passwordGiven } from './password.mjs';
import { printable } from './printable.mjs';

const USAGE = `npm run admin -- create --email ada@example.com [--password …] [--name Ada] --role admin|support|user
npm run admin -- list [--role admin|support|user]
npm run admin -- role --email ada@example.com --role admin|support|user
Without --password it is read from PALATE_ADMIN_PASSWORD, else from standard input: an argument can be seen by others on this machine.`;

const say = (line) => console.log(printable(line));
const tell = (line) => console.error(printable(line));

function read(args) {
  const asText = { type: 'string' };
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: { email: asText, password: asText, name: asText, role: asText },
    });
  } catch (fault) {
    throw new Problem(`${fault.message}\n${USAGE}`);
  }
  const { positionals, values: options } = parsed;
  const [command, ...more] = positionals;
  if (!['create', 'list', 'role'].includes(command) || more.length > 0) throw new Problem(USAGE);
  return { command, options };
}

const commands = {
  async create(store, options) {
    const { Email, PlainPassword, Role, PersonName } = await built('model/accounts.js');
    const email = checked(Email, '--email', options.email);
    const role = checked(Role, '--role', options.role);
    const name = options.name === undefined ? null : checked(PersonName, '--name', options.name);
    const password = checked(
      PlainPassword,
      'The password',
      options.password ?? (await passwordGiven('PALATE_ADMIN_PASSWORD')),
    );
    const { createPasswords } = await built('api/accounts/passwords.js');
    const passwordHash = await createPasswords().hash(password, 'this terminal');
    const created = await store.accounts.create({ email, name, role: 'user', passwordHash });
    if ('taken' in created)
      throw new Problem(
        `An account with ${email} exists: npm run admin -- role --email ${email} --role ${role} gives it the role.`,
      );
    if (role !== 'user') await (await built('store/roles.js')).changeRole(store, email, role);
    say(`${created.id} ${email} is ${role}.`);
  },

  async role(store, options) {
    const { Email, Role } = await built('model/accounts.js');
    const email = checked(Email, '--email', options.email);
    const role = checked(Role, '--role', options.role);
    const { changeRole } = await built('store/roles.js');
    const changed = await changeRole(store, email, role);
    if (changed === null) throw new Problem(`No account has ${email}: npm run admin -- create makes one.`);
    say(`${changed.id} ${changed.email} is ${role} now; every running server knows within 5 seconds.`);
  },

  async list({ accounts }, options) {
    const { Role } = await built('model/accounts.js');
    const role = options.role === undefined ? undefined : checked(Role, '--role', options.role);
    let after;
    for (;;) {
      const page = await accounts.list({ limit: 500, ...(role && { role }), ...(after && { after }) });
      for (const { id, email, role: has, state, createdAt } of page)
        say(`${id}  ${has.padEnd(7)}  ${state.padEnd(7)}  ${createdAt.toISOString().slice(0, 10)}  ${email}`);
      if (page.length < 500) return;
      after = page.at(-1).id;
    }
  },
};

function checked(schema, name, given) {
  if (given === undefined) throw new Problem(`${name} is missing.\n${USAGE}`);
  const { data, error } = schema.safeParse(given);
  if (error === undefined) return data;
  throw new Problem(`${name}: ${error.issues[0].message}.`);
}

/** Runs `work` on the store of the database, with the code the server uses. */
async function onStore(work) {
  const { createStore } = await built('store/store.js');
  const { connection, close } = await connectToDatabase(process.env);
  try {
    const store = createStore(connection);
    // Before the first start nothing keeps an address to one account.
    await connection.model('Account').createIndexes();
    await work(store);
  } finally {
    await close();
  }
}

try {
  const { command, options } = read(process.argv.slice(2));
  await ensureDependencies({ env: process.env, say: tell });
  await ensureBuild({ env: process.env, say: tell });
  await onStore((store) => commands[command](store, options));
} catch (fault) {
  tell(sentence(fault, 'the checkout'));
  process.exitCode = 1;
}
