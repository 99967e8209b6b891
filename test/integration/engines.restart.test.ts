/** The engines as `npm start` runs them: on a home of their own, ended and started again. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import mongoose from 'mongoose';
import { freePort } from '../../scripts/engines/network.mjs';
import { evaluate, gone, program, root, type Program } from '../scripts/programs';

const palate = path.join(root, 'test', 'scripts', 'palateUnderTest.mjs');
let home: string;
let port: number;
let one: Program;

const start = async () => {
  const { MONGODB_URI: _, TEMPORAL_ADDRESS: __, ...env } = process.env;
  one = program(palate, { ...env, PALATE_HOME: home, PORT: String(port) });
  await one.says(/Ctrl-C stops everything/);
};
const stop = async () => {
  one.child.kill('SIGINT');
  expect(await one.ended).toBe(0);
};
const kept = (file: string): unknown => JSON.parse(readFileSync(path.join(home, file), 'utf8'));
const pids = () => {
  const { processes } = kept('running.json') as { processes: { name: string; pid: number }[] };
  return Object.fromEntries(processes.map(({ name, pid }) => [name, pid]));
};
const ports = () => kept('ports.json') as { mongodb: number; temporal: number };

async function inMongodb<T>(work: (dishes: mongoose.mongo.Collection<{ name: string }>) => Promise<T>): Promise<T> {
  const uri = `mongodb://127.0.0.1:${ports().mongodb}/palate?replicaSet=palate`;
  const connection = await mongoose.createConnection(uri).asPromise();
  try {
    return await work(connection.collection('dishes'));
  } finally {
    await connection.close();
  }
}

async function inTemporal<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: `127.0.0.1:${ports().temporal}` });
  try {
    return await work(new Client({ connection }));
  } finally {
    await connection.close();
  }
}
const begin = (workflowId: string) =>
  inTemporal((client) => client.workflow.start('none', { workflowId, taskQueue: 'nobody' }));
const statusOf = (workflowId: string) =>
  inTemporal(async (client) => (await client.workflow.getHandle(workflowId).describe()).status.name);

jest.setTimeout(180_000);
beforeEach(async () => {
  home = mkdtempSync(path.join(os.tmpdir(), 'palate-home-'));
  port = await freePort();
});
afterEach(async () => {
  one.child.kill('SIGKILL');
  const left = existsSync(path.join(home, 'running.json')) ? Object.values(pids()) : [];
  await gone(left);
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
});

it('find their data again, and are stopped after what uses them', async () => {
  await start();
  const before = ports();
  await inMongodb((dishes) => dishes.insertOne({ name: 'soup' }));
  await begin('run-1');
  const running = Object.values(pids());
  expect(running).toHaveLength(4);
  await stop();
  await gone(running);
  for (const log of ['application', 'trainer']) {
    expect(readFileSync(path.join(home, 'logs', `${log}.log`), 'utf8')).toContain('"databaseWasThere":true');
  }

  await start();
  expect(ports()).toEqual(before);
  expect(await inMongodb((dishes) => dishes.countDocuments({ name: 'soup' }))).toBe(1);
  expect(await statusOf('run-1')).toBe('RUNNING');
  await stop();
});

it('that are killed come back with what they had acknowledged, and it is said', async () => {
  await start();
  await inMongodb((dishes) => dishes.insertOne({ name: 'soup' }, { writeConcern: { w: 'majority' } }));
  await begin('run-2');
  const { MongoDB: mongod, Temporal: temporal } = pids();
  process.kill(mongod!, 'SIGKILL');
  process.kill(temporal!, 'SIGKILL');
  await one.says(/MongoDB was ended by SIGKILL: starting it again\./);
  await one.says(/MongoDB is back\./);
  await one.says(/Temporal is back\./);
  expect(await inMongodb((dishes) => dishes.countDocuments())).toBe(1);
  expect(await statusOf('run-2')).toBe('RUNNING');
  await stop();
});

it('move to another port when theirs has been taken, with their data', async () => {
  await start();
  const before = ports();
  await inMongodb((dishes) => dishes.insertOne({ name: 'soup' }));
  await stop();
  const squatter = program('-e', process.env, [
    `require('net').createServer((caller) => caller.destroy()).listen(${before.mongodb}, '127.0.0.1', () => console.log('sits'))`,
  ]);
  await squatter.says(/sits/);
  await start();
  expect(one.output()).toContain(`Port ${before.mongodb}, which mongodb had at the last start, is taken`);
  expect(ports().mongodb).not.toBe(before.mongodb);
  expect(await inMongodb((dishes) => dishes.countDocuments())).toBe(1);
  await stop();
  squatter.child.kill();
  await squatter.ended;
});

it('are one sentence when they cannot start', async () => {
  const taken = await evaluate(`
    import { mkdtempSync, rmSync } from 'node:fs';
    import { findMongod, startMongod } from './scripts/engines/mongodb.mjs';
    import { findTemporal, startTemporal } from './scripts/engines/temporal.mjs';
    import net from 'node:net';
    const folder = mkdtempSync('${os.tmpdir()}/palate-taken-');
    const server = net.createServer((caller) => caller.destroy()).listen(0, '127.0.0.1');
    await new Promise((up) => server.once('listening', up));
    const port = server.address().port;
    const common = { port, folder, env: process.env };
    const find = { env: process.env, say() {} };
    const why = (fault) => fault.name + ': ' + fault.message.replaceAll(String(port), 'PORT');
    const mongod = startMongod({ ...common, program: (await findMongod(find)).program, logFile: folder + '/m.log' }).catch(why);
    const temporal = startTemporal({ ...common, program: (await findTemporal(find)).program, logFile: folder + '/t.log', uiPort: null }).catch(why);
    answer([await mongod, await temporal]);
    rmSync(folder, { recursive: true });`);
  one = program('-e', process.env, ['0']);
  expect(taken).toEqual([
    'Problem: MongoDB cannot use port PORT because another program has it: stop that program, then start again.',
    'Problem: Temporal cannot use port PORT because another program has it: stop that program, then start again.',
  ]);
});
