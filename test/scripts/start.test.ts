import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '../../scripts/engines/network.mjs';
import { productionEnvironment as allOfProduction } from '../config/environment';
import { gone, program, root, type Program } from './programs';

/** Both engines are "elsewhere", so that only the supervision is under test; the real ones are in test/integration. */
const dead = { MONGODB_URI: 'mongodb://somebody:hush@127.0.0.1:9/palate', TEMPORAL_ADDRESS: '127.0.0.1:9' };
/** Fit for production, but for engines. */
const { MONGODB_URI: _mongodb, TEMPORAL_ADDRESS: _temporal, ...productionEnvironment } = allOfProduction;
const palate = path.join(root, 'test', 'scripts', 'palateUnderTest.mjs');

let home: string;
let port: number;
const started: Program[] = [];

const start = (env: NodeJS.ProcessEnv = {}): Program => {
  const { JWT_SECRET: _, ...rest } = process.env;
  const one = program(palate, { ...rest, ...dead, PALATE_HOME: home, PORT: String(port), ...env });
  started.push(one);
  return one;
};

interface Noted {
  pid: number;
  role: string;
  nice: number;
  env: Record<string, string>;
}
const firstLine = (log: string) =>
  JSON.parse(readFileSync(path.join(home, 'logs', log), 'utf8').split('\n')[0]!) as Noted;
const children = () => [firstLine('application.log').pid, firstLine('trainer.log').pid];

beforeEach(async () => {
  home = mkdtempSync(path.join(os.tmpdir(), 'palate-home-'));
  port = await freePort();
});

afterEach(async () => {
  for (const one of started.splice(0)) {
    if (one.child.exitCode === null && one.child.signalCode === null) one.child.kill('SIGKILL');
    await one.ended;
  }
  rmSync(home, { recursive: true, force: true });
});

describe('a start', () => {
  it('says where everything is and how to try it', async () => {
    const one = start();
    await one.says(/Ctrl-C stops everything/);
    expect(one.output()).toContain(`API           http://127.0.0.1:${port}`);
    expect(one.output()).toContain(`http://127.0.0.1:${port}/docs`);
    expect(one.output()).toContain(`  curl http://127.0.0.1:${port}/health\n`);
    const picture = /-F photo=@(\S+) -F caption='[^']+' http\S+\/predict/.exec(one.output())?.[1];
    expect(readFileSync(picture!).subarray(0, 3).toString('hex')).toBe('ffd8ff'); // a JPEG
    expect(one.output()).not.toContain('hush');
  });

  it('gives its processes their roles, addresses and secrets, and the trainer the lowest priority', async () => {
    await start({ METRICS_PORT: String(await freePort()) }).says(/ready/);
    const [application, trainer] = [firstLine('application.log'), firstLine('trainer.log')];
    expect([application.role, trainer.role]).toEqual(['all', 'trainer']);
    expect(trainer.nice).toBe(19);
    expect(application.env).toMatchObject({ ...dead, PALATE_HOME: home, HOST: '127.0.0.1', PORT: String(port) });
    expect(application.env.JWT_SECRET!.length).toBeGreaterThanOrEqual(32);
    expect(Buffer.from(application.env.PALATE_ENCRYPTION_KEYS!, 'base64')).toHaveLength(32);
    expect(trainer.env.JWT_SECRET).toBe(application.env.JWT_SECRET);
    expect(Number(trainer.env.METRICS_PORT)).toBe(Number(application.env.METRICS_PORT) + 1);
  });

  it('keeps secrets to its owner, and finds them again', async () => {
    const one = start();
    await one.says(/ready/);
    const before = firstLine('application.log').env.JWT_SECRET;
    expect(statSync(home).mode & 0o777).toBe(0o700);
    expect(statSync(path.join(home, 'secrets.json')).mode & 0o777).toBe(0o600);
    one.child.kill('SIGINT');
    await one.ended;
    await start().says(/ready/);
    expect(firstLine('application.log').env.JWT_SECRET).toBe(before);
  });

  it('leaves a secret that is set alone', async () => {
    await start({ JWT_SECRET: 'one of my own, long enough for anybody' }).says(/ready/);
    expect(firstLine('application.log').env.JWT_SECRET).toBe('one of my own, long enough for anybody');
  });

  it('makes no secrets in production: there they are given', async () => {
    await start(productionEnvironment).says(/ready/);
    expect(firstLine('application.log').env.JWT_SECRET).toBe(productionEnvironment.JWT_SECRET);
    expect(existsSync(path.join(home, 'secrets.json'))).toBe(false);
  });
});

describe('Ctrl-C', () => {
  it('stops everything with nothing left running', async () => {
    const one = start();
    await one.says(/ready/);
    const pids = children();
    one.child.kill('SIGINT');
    expect(await one.ended).toBe(0);
    expect(one.output()).toContain('Everything has stopped.');
    await gone(pids);
    expect(existsSync(path.join(home, 'running.json'))).toBe(false);
  });

  it('counts once when npm hands on the one that the terminal sent', async () => {
    const one = start();
    await one.says(/ready/);
    one.child.kill('SIGINT');
    one.child.kill('SIGINT');
    expect(await one.ended).toBe(0);
  });

  it('ends everything at once when it comes again', async () => {
    const one = start({ FAKE_APPLICATION: 'deaf' });
    await one.says(/ready/);
    const pids = children();
    one.child.kill('SIGINT');
    await one.says(/Stopping/);
    const again = setInterval(() => one.child.kill('SIGINT'), 100);
    expect(await one.ended).toBe(1);
    clearInterval(again);
    expect(one.output()).toContain('Ending everything at once.');
    await gone(pids);
  });

  it('before anything is ready stops as well', async () => {
    const one = start();
    await one.says(/Temporal:/);
    one.child.kill('SIGTERM');
    expect(await one.ended).toBe(0);
  });
});

describe('a sentence and exit code 1', () => {
  it('when Palate runs on this home already', async () => {
    const first = start();
    await first.says(/ready/);
    const second = start({ PORT: String(await freePort()) });
    expect(await second.ended).toBe(1);
    expect(second.output()).toMatch(/^Palate is already running on .* \(process \d+\): stop it with Ctrl-C[^\n]*\n$/);
    expect(first.child.exitCode).toBeNull();
  });

  it('when the port is taken', async () => {
    const server = net.createServer().listen(port, '127.0.0.1');
    const one = start();
    expect(await one.ended).toBe(1);
    server.close();
    expect(one.output()).toBe(
      `Port ${port} is taken by another program: stop that one, or give Palate another port, for example PORT=${port + 1} npm start.\n`,
    );
  });

  it('when settings are wrong, naming all of them before an engine is looked for', async () => {
    const wrong = { PORT: 'three thousand', FDC_TIMEOUT: 'x', RATE_LIMIT_MAX: '-1', TEMPORAL_ADDRESS: 'http://a' };
    const one = start({ ...wrong, MONGODB_URI: '', PATH: home });
    expect(await one.ended).toBe(1);
    const lines = one.output().trimEnd().split('\n');
    expect(lines[0]).toBe('Palate cannot start with these settings:');
    expect(lines.slice(1).map((line) => line.trim().split(' ')[0])).toEqual(expect.arrayContaining(Object.keys(wrong)));
    expect(lines).toHaveLength(1 + Object.keys(wrong).length);
  });

  it('when secrets are missing in production, and why none were made', async () => {
    const one = start({ NODE_ENV: 'production', PUBLIC_URL: productionEnvironment.PUBLIC_URL });
    expect(await one.ended).toBe(1);
    for (const name of ['JWT_SECRET', 'PALATE_ENCRYPTION_KEYS'])
      expect(one.output()).toMatch(
        new RegExp(`^  ${name} is required: .*\`npm start\` makes and keeps one, except in production`, 'm'),
      );
  });

  it('when the application ends while starting, with its reason', async () => {
    const one = start({ FAKE_APPLICATION: 'dies at start' });
    expect(await one.ended).toBe(1);
    expect(one.output()).toMatch(/ended while starting: JWT_SECRET must be longer\nIts log is .*\.log\.\n/);
  });

  it('when the application says why in a sentence, with that and no more of its log', async () => {
    const one = start({ FAKE_APPLICATION: 'says why at start' });
    expect(await one.ended).toBe(1);
    expect(one.output()).toContain(
      'ended while starting: Port 8000 is taken by another program:\nstop that one.\nIts log is ',
    );
    expect(one.output()).not.toContain('Worker state changed');
  });

  it('when the secrets are damaged', async () => {
    writeFileSync(path.join(home, 'secrets.json'), '{"JWT_SEC');
    const one = start();
    expect(await one.ended).toBe(1);
    expect(one.output()).toMatch(/secrets\.json is damaged: put back your copy of it, or delete it/);
  });

  it('when the home cannot be a folder', async () => {
    const file = path.join(home, 'file');
    writeFileSync(file, '');
    const one = start({ PALATE_HOME: file });
    expect(await one.ended).toBe(1);
    expect(one.output()).toMatch(/PALATE_HOME/);
    expect(one.output()).not.toMatch(/\n\s+at /);
  });

  it('when an engine ends while starting, with its last word and its log', async () => {
    const script = '[ "$1" = --version ] && echo "db version v7.0.1" && exit 0; echo "illegal instruction"; exit 132';
    writeFileSync(path.join(home, 'mongod'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const one = start({ MONGODB_URI: '', PATH: `${home}:${process.env.PATH ?? ''}` });
    expect(await one.ended).toBe(1);
    expect(one.output()).toContain('MongoDB 7.0.1, on the PATH.');
    expect(one.output()).toMatch(
      /MongoDB ended while starting \(its last word: illegal instruction\): its log is .*mongodb\.log\. Mend/,
    );
  });

  it('when the application will not stay alive', async () => {
    const one = start({ FAKE_APPLICATION: 'dies when ready' });
    expect(await one.ended).toBe(1);
    expect(one.output()).toMatch(/The application ended with code 4: starting it again/);
    expect(one.output()).toMatch(
      /The application ended with code 4, 6 times in a row \(its last word: .*the roof fell in, life 6.*\)/,
    );
    const first = path.join(home, 'logs', 'application.log.first');
    expect(one.output()).toContain(`The log of the first time is ${first}.`);
    expect(readFileSync(first, 'utf8')).toContain('the roof fell in, life 1"');
  });
});

describe('an end nobody asked for', () => {
  it('of the application is said and mended', async () => {
    const one = start();
    await one.says(/ready/);
    const [application] = children();
    process.kill(application!, 'SIGKILL');
    await one.says(/The application was ended by SIGKILL: starting it again\.\nThe application is back\./);
    expect(firstLine('application.log').pid).not.toBe(application);
    expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).toBe(200);
  });

  it('of the start itself takes its processes along', async () => {
    const one = start();
    await one.says(/ready/);
    const pids = children();
    one.child.kill('SIGKILL');
    await one.ended;
    await gone(pids);
  });

  // Only /proc tells which process the mourner is.
  (process.platform === 'linux' ? it : it.skip)(
    'of the start and its mourner is put right by the next start',
    async () => {
      const one = start();
      await one.says(/ready/);
      const pids = children();
      // The mourner leads a group of its own; stopping it first keeps it from doing its work.
      const mourner = mournerOf(one.child.pid!);
      process.kill(mourner, 'SIGKILL');
      one.child.kill('SIGKILL');
      await one.ended;
      const next = start();
      await next.says(
        /Ending what an earlier start left behind: The application \(process \d+\), The trainer \(process \d+\)\./,
      );
      await next.says(/ready/);
      await gone(pids);
    },
  );
});

function mournerOf(parent: number): number {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ').map(Number);
  return children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('mourner.mjs'))!;
}
