/** The lockfile as a fresh clone meets it: any registry may serve it, and `npm ci` on any system must find it whole. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './programs';

interface Locked {
  version?: string;
  resolved?: string;
  integrity?: string;
  /** Comes within the archive of another package, whose `integrity` covers it. */
  inBundle?: boolean;
  /** A folder of this repository. */
  link?: boolean;
  optionalDependencies?: Record<string, string>;
  dev?: boolean;
  license?: string;
}
const text = readFileSync(path.join(root, 'package-lock.json'), 'utf8');
const { packages } = JSON.parse(text) as { packages: Record<string, Locked> };

/** Where Node looks for a package required from `where`: there and in every folder above. */
function found(where: string, name: string): boolean {
  const folders = where.split('/node_modules/').map((_, i, all) => all.slice(0, all.length - i).join('/node_modules/'));
  return [...folders, ''].some((folder) => `${folder === '' ? '' : `${folder}/`}node_modules/${name}` in packages);
}

it('names no registry', () => {
  expect(Object.values(packages).filter((one) => one.resolved !== undefined)).toEqual([]);
});

it('has the digest of every archive: without it, whatever a registry serves under the name is installed', () => {
  const fetched = Object.entries(packages).filter(([where, one]) => where !== '' && !one.inBundle && !one.link);
  expect(fetched.length).toBeGreaterThan(300);
  const unverified = fetched.filter(([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ''));
  expect(unverified.map(([where]) => where)).toEqual([]);
});

it('names the packages of every system: an installation on one drops those of the others where it cannot look them up', () => {
  const missing = Object.entries(packages).flatMap(([where, one]) =>
    Object.keys(one.optionalDependencies ?? {}).filter((name) => !found(where, name)),
  );
  expect(missing).toEqual([]);
});

describe('what the image holds', () => {
  const { dependencies } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };

  it('is what the sources import: what only builds, tests or finds engines is for development', () => {
    const imported = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => [
        ...readFileSync(path.join(root, 'src', name), 'utf8').matchAll(
          /(?:from |import |require\(|resolve\()'((?:@[\w.-]+\/)?[\w.-]+)/g,
        ),
      ])
      .map(([, name]) => name);
    // Temporal's SDK needs a version of it beside itself to read histories.
    const unused = Object.keys(dependencies).filter((name) => !imported.includes(name) && name !== 'protobufjs');
    expect(unused).toEqual([]);
  });

  it('is under permissive licences, but for what docs/licences.md names', () => {
    const permissive =
      /^(MIT|Apache-2\.0|Apache-2\.0 AND MIT|BSD-[23]-Clause|0BSD|ISC|Unlicense|BlueOak-1\.0\.0|CC-BY-4\.0)$/;
    const nameOf = (where: string) => where.replace(/^.*node_modules\//, '');
    /** A package that names none has its text. */
    const licenceOf = (where: string, { license }: Locked) =>
      license ??
      (readFileSync(path.join(root, where, 'LICENSE'), 'utf8').includes('unlicense.org') ? 'Unlicense' : 'none');
    const others = Object.entries(packages)
      .filter(([where, one]) => where !== '' && !one.dev && !permissive.test(licenceOf(where, one)))
      .map(([where]) => nameOf(where));
    const page = readFileSync(path.join(root, 'docs/licences.md'), 'utf8');
    const firstCells = [...page.matchAll(/^\|([^|]*`[^|]*)\|/gm)].map(([, cell = '']) => cell);
    const named = firstCells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
    const covers = (pattern: string, name: string) =>
      pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
    expect(others.length).toBeGreaterThan(1);
    expect(others.filter((name) => !named.some((pattern) => covers(pattern, name)))).toEqual([]);
    expect(named.filter((pattern) => !others.some((name) => covers(pattern, name)))).toEqual([]);
  });
});
