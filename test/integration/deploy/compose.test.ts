import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { documentedSettings, parseSettings } from '../../../src/config/settings';

/**
 * `docker-compose.temporal.yml` and `deploy/Dockerfile` as Docker's own parsers read them. No container runs here: what is
 * shown is that both say what they should, not that the images behave.
 */
interface Service {
  image?: string;
  build?: { context: string; dockerfile: string };
  environment?: Record<string, string | null>;
  command?: string[] | null;
  healthcheck?: { test: string[] };
  ports?: { host_ip?: string; target: number; published: string }[];
  volumes?: { type: string; source: string; target: string }[];
  networks?: Record<string, unknown>;
  depends_on?: Record<string, { condition: string }>;
  restart?: string;
  init?: boolean;
  user?: string;
  read_only?: boolean;
  tmpfs?: string[];
  cap_drop?: string[];
  cap_add?: string[];
  privileged?: boolean;
  security_opt?: string[];
  mem_limit?: string;
  pids_limit?: number;
  entrypoint?: string[] | null;
}
interface Report {
  project: {
    services: Record<string, Service>;
    volumes: Record<string, unknown>;
    networks: Record<string, { internal?: boolean }>;
  };
  variables: Record<string, { Required?: boolean; required?: boolean }>;
  dockerfile: { name: string; flags: string[]; args: string[] }[];
}

const root = path.join(__dirname, '../../..');
const compose = path.join(root, 'docker-compose.temporal.yml');
const dockerfile = path.join(root, 'deploy/Dockerfile');

const secrets = {
  S3_SECRET_KEY: '1f6c0b9d84e27a35c9b0',
  TEMPORAL_DB_PASSWORD: '7a90cd21e4b85f36d1c2',
  MONGODB_PASSWORD: '93be5c7108d2fa46e1b0',
  MONGODB_ROOT_PASSWORD: 'c4d81e0b67fa2935d0e8',
  JWT_SECRET: 'f3b1c59a7d20e846aa91c7d05e3f682b4c9d1e70',
  PALATE_ENCRYPTION_KEYS: Buffer.from(Array.from({ length: 32 }, (_, i) => (i * 37 + 11) % 251)).toString('base64'),
};

const hasGo = spawnSync('go', ['version']).status === 0;
if (!hasGo) {
  const missing = 'The compose file and the Dockerfile are not checked: this machine has no Go.';
  if (process.env.CI) throw new Error(`${missing} CI must have it.`);
  console.warn(missing);
}

(hasGo ? describe : describe.skip)('deployment', () => {
  let folder: string;
  let report: Report;

  const check = (env: Record<string, string>) =>
    spawnSync(path.join(folder, 'compose-check'), [compose, dockerfile], { env, encoding: 'utf8', maxBuffer: 2 ** 24 });

  beforeAll(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'palate-compose-'));
    const source = path.join(__dirname, 'compose-check');
    execFileSync('go', ['build', '-o', path.join(folder, 'compose-check'), '.'], { cwd: source, stdio: 'pipe' });
    const { status, stdout, stderr } = check(secrets);
    if (status !== 0) throw new Error(stderr);
    report = JSON.parse(stdout) as Report;
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const services = () => Object.entries(report.project.services);
  const ours = () => services().filter(([, service]) => service.build !== undefined);
  const runsOnce = (service: Service) => service.restart?.startsWith('on-failure') === true;

  it('has every part', () => {
    expect(Object.keys(report.project.services)).toEqual(
      expect.arrayContaining(['api', 'worker', 'trainer', 'mongodb', 's3', 'postgres', 'temporal', 'temporal-ui']),
    );
  });

  it('pins every image to a version', () => {
    for (const [, service] of services()) expect(service.image).toMatch(/^[\w./-]+:v?\d+\.\d+(\.\d+)*$/);
  });

  it('publishes the API, Temporal and its UI, to this machine alone', () => {
    const published = services().flatMap(([name, { ports = [] }]) =>
      ports.map((port) => `${name} ${port.host_ip ?? '*'}:${port.published}`),
    );
    expect(published.sort()).toEqual(['api 127.0.0.1:3000', 'temporal 127.0.0.1:7233', 'temporal-ui 127.0.0.1:8233']);
  });

  it('keeps what has no password off every network with a way out', () => {
    expect(report.project.networks.inside?.internal).toBe(true);
    for (const name of ['mongodb', 's3', 'postgres']) {
      expect(Object.keys(report.project.services[name]?.networks ?? {})).toEqual(['inside']);
    }
  });

  it('keeps all data in declared volumes, and declares none in vain', () => {
    const mounts = services().flatMap(([name, { volumes = [] }]) => volumes.map((volume) => ({ name, ...volume })));
    const used = mounts.filter(({ type }) => type === 'volume').map(({ source }) => source);
    expect([...new Set(used)].sort()).toEqual(Object.keys(report.project.volumes).sort());
    for (const [name, target] of [
      ['mongodb', '/data/db'],
      ['postgres', '/var/lib/postgresql/data'],
      ['s3', '/objects'],
    ]) {
      expect(mounts.filter((mount) => mount.name === name && mount.target === target)).toHaveLength(1);
    }
    for (const { type, source } of mounts) if (type === 'bind') expect(existsSync(source)).toBe(true);
  });

  it('lets no service have rights of root, or memory and processes without end', () => {
    for (const [name, service] of services()) {
      expect([name, service.cap_drop, service.security_opt]).toEqual([name, ['ALL'], ['no-new-privileges:true']]);
      expect([name, service.cap_add, service.privileged]).toEqual([name, undefined, undefined]);
      expect([name, (service.pids_limit ?? 0) > 0]).toEqual([name, true]);
      expect([name, Number(service.mem_limit) >= 256 * 2 ** 20]).toEqual([name, true]);
    }
  });

  it('lets services write to their volumes and to memory alone, but for two that write their configuration', () => {
    const writable = services().filter(([, { read_only }]) => read_only !== true);
    expect(writable.map(([name]) => name).sort()).toEqual(['temporal', 'temporal-ui']);
    for (const [name, { read_only, tmpfs = [] }] of services())
      if (read_only) expect([name, tmpfs.some((one) => one.startsWith('/tmp:'))]).toEqual([name, true]);
    // Those of the pictures that are open at a time are as large as the files that libvips makes of them.
    expect(report.project.services.worker?.tmpfs).toEqual(['/tmp:size=512m,mode=1777']);
    // Uploads on their way in are too large for memory.
    const home = report.project.services.api?.volumes?.find(({ target }) => target === '/var/lib/palate');
    expect(home?.type).toBe('volume');
  });

  it('asks for a password at MongoDB, and lets Palate do there what it needs and no more', () => {
    const { environment = {}, command, entrypoint, healthcheck } = report.project.services.mongodb!;
    expect(command).toEqual(expect.arrayContaining(['--keyFile', '/tmp/key']));
    expect(entrypoint?.join(' ')).toContain('/tmp/key');
    const check = healthcheck?.test.at(-1) ?? '';
    for (const variable of ['MONGODB_PASSWORD', 'MONGODB_ROOT_PASSWORD'] as const) {
      expect(environment[variable]).toBe(secrets[variable]);
      expect(check).toContain(variable);
      expect(check).not.toContain(secrets[variable]);
    }
    expect(check).toContain("['readWrite', 'dbAdmin'].map((role) => ({ role, db: 'palate' }))");
    for (const [, { environment: given = {} }] of ours()) {
      const uri = new URL(given.MONGODB_URI ?? '');
      expect([uri.username, uri.password, uri.searchParams.get('authSource')]).toEqual([
        'palate',
        secrets.MONGODB_PASSWORD,
        'admin',
      ]);
      expect(JSON.stringify(given)).not.toContain(secrets.MONGODB_ROOT_PASSWORD);
    }
  });

  it('runs each role once, from our Dockerfile', () => {
    expect(ours().map(([name, { environment }]) => [name, environment?.PALATE_ROLE])).toEqual([
      ['api', 'api'],
      ['trainer', 'trainer'],
      ['worker', 'worker'],
    ]);
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
    for (const [, { build, image, init }] of ours()) {
      expect(image).toBe(`palate:${version}`);
      expect(build).toMatchObject({ context: root, dockerfile: 'deploy/Dockerfile' });
      expect(init).toBe(true);
    }
  });

  it('gives our services settings that exist and that they start with', () => {
    const known = new Set(documentedSettings().map(({ variable }) => variable));
    for (const [, { environment = {} }] of ours()) {
      expect(Object.keys(environment).filter((variable) => !known.has(variable))).toEqual([]);
      const given = Object.entries(environment).map(([name, value]) => [name, value ?? undefined] as const);
      const settings = parseSettings(Object.fromEntries(given));
      expect(settings).toMatchObject({ nodeEnv: 'production', storageBackend: 'aws', notices: [] });
    }
  });

  it('shows the numbers of each role to the network beside it, and publishes them nowhere', () => {
    for (const [, { environment = {}, ports = [] }] of ours()) {
      const { metricsHost, metricsPort, metricsOnApi } = parseSettings(
        Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, value ?? undefined])),
      );
      expect([metricsHost, metricsOnApi]).toEqual(['0.0.0.0', false]);
      expect(ports.map(({ target }) => target)).not.toContain(metricsPort);
    }
  });

  it('points our services at the ones beside them', () => {
    const reach = (address: string) => {
      const [host = '', port] = address.split(':');
      const service = report.project.services[host];
      expect(service).toBeDefined();
      return `${host}:${port ?? ''}`;
    };
    for (const [, { environment = {} }] of ours()) {
      expect(reach(new URL(environment.MONGODB_URI ?? '').host)).toBe('mongodb:27017');
      expect(reach(environment.TEMPORAL_ADDRESS ?? '')).toBe('temporal:7233');
      expect(reach(new URL(environment.AWS_S3_ENDPOINT ?? '').host)).toBe('s3:7070');
    }
    const replicaSet = new URL(report.project.services.api?.environment?.MONGODB_URI ?? '').searchParams.get(
      'replicaSet',
    );
    const mongo = report.project.services.mongodb;
    expect(mongo?.command).toEqual(expect.arrayContaining(['--replSet', replicaSet]));
    expect(mongo?.healthcheck?.test.join(' ')).toContain(`rs.initiate({ _id: '${replicaSet ?? ''}'`);
  });

  it('waits for what is healthy or done, and checks the health of all that is waited for', () => {
    for (const [, { depends_on = {} }] of services()) {
      for (const [name, { condition }] of Object.entries(depends_on)) {
        const service = report.project.services[name]!;
        expect(condition).toBe(runsOnce(service) ? 'service_completed_successfully' : 'service_healthy');
        if (!runsOnce(service)) expect(service.healthcheck?.test.length).toBeGreaterThan(1);
      }
    }
    for (const [, service] of ours()) expect(service.healthcheck?.test.join(' ')).toMatch(/\/health\/(live|ready)/);
  });

  it.each(Object.keys(secrets))('refuses to start without %s, and names it', (name) => {
    const { status, stderr } = check(Object.fromEntries(Object.entries(secrets).filter(([other]) => other !== name)));
    expect(status).not.toBe(0);
    expect(stderr).toContain(`required variable ${name} is missing`);
  });

  it('holds no secret itself', () => {
    const text = readFileSync(compose, 'utf8');
    for (const [variable, value] of [...text.matchAll(/^\s+(\w*(?:SECRET|PASSWORD|PWD|_KEYS?))\s*: (.*)$/gm)].map((m) =>
      m.slice(1),
    )) {
      expect([variable, value]).toEqual([variable, expect.stringMatching(/^\$\{\w+(:\?.+|:-(palate)?)\}$/)]);
    }
  });

  describe('image', () => {
    const stages = () => {
      const found: { base: string; name: string; instructions: Report['dockerfile'] }[] = [];
      for (const instruction of report.dockerfile) {
        const [base = '', , name = ''] = instruction.args;
        if (instruction.name.toLowerCase() === 'from') found.push({ base, name, instructions: [] });
        else found.at(-1)?.instructions.push(instruction);
      }
      return found;
    };
    const named = (name: string, stage = stages().at(-1)!) =>
      stage.instructions.filter((instruction) => instruction.name.toLowerCase() === name);

    it('stands on a pinned Node LTS, and each stage on it or on one before', () => {
      const names = new Set<string>();
      for (const { base, name } of stages()) {
        if (!names.has(base)) expect(base).toMatch(/^node:24\.\d+(\.\d+)?-[a-z]+-slim$/);
        names.add(name);
      }
      expect(stages().length).toBeGreaterThanOrEqual(3);
    });

    it('runs as nobody special, checks its health, listens to others', () => {
      expect(named('user').at(-1)?.args).toEqual(['node']);
      expect(named('healthcheck').map(({ args }) => args.join(' '))).toEqual([expect.stringContaining('/health/live')]);
      const environment = named('env').flatMap(({ args }) => args);
      expect(environment).toEqual(expect.arrayContaining(['HOST', '0.0.0.0', 'NODE_ENV', 'production']));
    });

    it('takes no development packages along', () => {
      const source = named('copy').find(({ args }) => args[0]?.endsWith('node_modules'));
      const from = source?.flags.find((flag) => flag.startsWith('--from='))?.slice('--from='.length);
      const stage = stages().find(({ name }) => name === from);
      expect(named('run', stage).map(({ args }) => args.join(' '))).toEqual(['npm ci --omit=dev']);
    });

    it('copies only what exists and what the build is allowed to see', () => {
      const lines = readFileSync(path.join(root, '.dockerignore'), 'utf8').split('\n');
      expect(lines).toContain('*');
      for (const stage of stages()) {
        for (const { flags, args } of named('copy', stage)) {
          if (flags.some((flag) => flag.startsWith('--from='))) continue;
          for (const source of args.slice(0, -1)) {
            expect([source, existsSync(path.join(root, source))]).toEqual([source, true]);
            expect(lines).toContain(`!${source}`);
          }
        }
      }
    });
  });
});
