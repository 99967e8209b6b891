import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { evaluate } from './programs';

let cacheHome: string;
/** A machine with nothing on its PATH and a proxy that refuses everything. */
let bare: NodeJS.ProcessEnv;
const engines = () => path.join(cacheHome, 'palate', 'engines');

beforeEach(() => {
  cacheHome = mkdtempSync(path.join(os.tmpdir(), 'palate-cache-'));
  bare = { PATH: path.join(cacheHome, 'nothing'), XDG_CACHE_HOME: cacheHome, HTTPS_PROXY: 'http://127.0.0.1:9' };
});
afterEach(() => rmSync(cacheHome, { recursive: true, force: true }));

const find = (what: string, from: string) =>
  evaluate(
    `import { ${what} } from './scripts/engines/${from}.mjs';
     try { answer(await ${what}({ env: process.env, say() {} })); } catch (fault) { answer(fault.name + ': ' + fault.message); }`,
    bare,
  );

/** A program that answers to --version. */
function put(folder: string, name: string, answer: string): string {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/sh\necho '${answer}'\n`, { mode: 0o755 });
  return file;
}

describe('an engine', () => {
  it('comes from the PATH first, with its version and origin', async () => {
    const program = put(bare.PATH!, 'mongod', 'db version v7.0.14');
    put(path.join(engines(), 'mongod-6.0.5'), 'mongod', 'db version v6.0.5');
    expect(await find('findMongod', 'mongodb')).toEqual({
      name: 'MongoDB',
      version: '7.0.14',
      origin: 'on the PATH',
      program,
    });
  });

  it('that is too old on the PATH is passed over for the one in the cache', async () => {
    put(bare.PATH!, 'mongod', 'db version v4.4.0');
    const program = put(path.join(engines(), 'mongod-6.0.5'), 'mongod', 'db version v6.0.5');
    expect(await find('findMongod', 'mongodb')).toMatchObject({
      version: '6.0.5',
      origin: `kept in ${engines()}`,
      program,
    });
  });

  it('that cannot be had is a sentence with every remedy', async () => {
    expect(await find('findMongod', 'mongodb')).toMatch(
      /^Problem: No MongoDB could be found or fetched: set MONGODB_URI .* mongod 6 or newer on the PATH, or .* fastdl\.mongodb\.org.*\.$/,
    );
    expect(await find('findTemporal', 'temporal')).toMatch(
      /^Problem: No Temporal server could be found or fetched: set TEMPORAL_ADDRESS .* on the PATH, or .* temporal\.download or, with Go installed, .*\.$/,
    );
    expect(await find('findS3', 's3')).toBeNull();
  }, 60_000);
});

describe('promtool', () => {
  it('is unpacked from the package of the distribution, and kept', async () => {
    const program = path.join(engines(), 'promtool-debian', 'promtool');
    put(bare.PATH!, 'apt-get', '');
    writeFileSync(path.join(bare.PATH!, 'apt-get'), '#!/bin/sh\n: > prometheus_2.deb\n');
    put(bare.PATH!, 'dpkg-deb', '');
    const unpack = `#!/bin/sh\n[ "$1 $2 $3" = "-x prometheus_2.deb unpacked" ] || exit 1
      /bin/mkdir -p unpacked/usr/bin && printf '#!/bin/sh\\n' > unpacked/usr/bin/promtool && /bin/chmod +x unpacked/usr/bin/promtool\n`;
    writeFileSync(path.join(bare.PATH!, 'dpkg-deb'), unpack);
    expect(await find('findPromtool', 'promtool')).toMatchObject({
      program,
      origin: "the package of this machine's distribution",
    });
    rmSync(bare.PATH!, { recursive: true });
    expect(await find('findPromtool', 'promtool')).toMatchObject({ program, origin: `kept in ${engines()}` });
  });

  it('that cannot be had is null, and nothing is kept', async () => {
    expect(await find('findPromtool', 'promtool')).toBeNull();
    put(bare.PATH!, 'dpkg-deb', '');
    put(bare.PATH!, 'apt-get', '');
    writeFileSync(path.join(bare.PATH!, 'apt-get'), '#!/bin/sh\necho "E: Unable to locate package" >&2\nexit 100\n');
    expect(await find('findPromtool', 'promtool')).toBeNull();
    expect(readdirSync(engines())).toEqual([]);
  });
});

describe('the cache of engines', () => {
  const fetching = `
    import { keep } from './scripts/engines/cache.mjs';
    import { appendFileSync, writeFileSync } from 'node:fs';
    const program = await keep(process.env, 'oven', '1.0', async (folder) => {
      appendFileSync(process.env.XDG_CACHE_HOME + '/fetched', 'x');
      await new Promise((baked) => setTimeout(baked, 50));
      writeFileSync(folder + '/oven', 'hot');
      return folder + '/oven';
    });
    answer(program);`;

  it('gets an engine once for two starts at once, and leaves nothing else behind', async () => {
    const programs = await Promise.all([evaluate(fetching, bare), evaluate(fetching, bare)]);
    expect(programs).toEqual(Array(2).fill(path.join(engines(), 'oven-1.0', 'oven')));
    expect(readdirSync(cacheHome).filter((name) => name === 'fetched')).toHaveLength(1);
    expect(readdirSync(engines())).toEqual(['oven-1.0']);
    expect(
      await evaluate(`import { readFileSync } from 'node:fs'; answer(readFileSync('${cacheHome}/fetched', 'utf8'))`),
    ).toBe('x');
  });

  it('takes over from a start that died, and clears away what it left', async () => {
    mkdirSync(path.join(engines(), 'oven.lock'), { recursive: true });
    writeFileSync(path.join(engines(), 'oven.lock', 'pid'), '4194304');
    mkdirSync(path.join(engines(), '.oven-half'));
    expect(await evaluate(fetching, bare)).toBe(path.join(engines(), 'oven-1.0', 'oven'));
    expect(readdirSync(engines())).toEqual(['oven-1.0']);
  });
});
