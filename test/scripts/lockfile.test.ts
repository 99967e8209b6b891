/** The lockfile as a fresh clone meets it: any registry may serve it, and `npm ci` on any system must find it whole. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './programs';

interface Locked {
  version?: string;
  resolved?: string;
  optionalDependencies?: Record<string, string>;
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

it('names the packages of every system: an installation on one drops those of the others where it cannot look them up', () => {
  const missing = Object.entries(packages).flatMap(([where, one]) =>
    Object.keys(one.optionalDependencies ?? {}).filter((name) => !found(where, name)),
  );
  expect(missing).toEqual([]);
});
