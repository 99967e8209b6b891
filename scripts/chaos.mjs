/** `npm run chaos -- <what> [arguments]`: kills and faults on a whole Palate, counted. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const usage = `Say what to do:
  npm run chaos -- launches [kills]                            kill -9 between the row of a photo and its run (200 kills)
  npm run chaos -- sync [runs] [users] [changes] [seed]        context sync under random faults (100 runs, 200 users, 10 changes)
  npm run chaos -- photos [faults] [kills] [outages] [photos]  faults of outside systems, kill -9 and outages in the middle of
                                                               photos (all three parts, 100 photos each)
  npm run chaos -- training [kills]                            kill -9 of the trainer in each phase of a training (20 kills)`;
const [what = '', ...rest] = process.argv.slice(2);
const root = path.join(import.meta.dirname, '..');
const script = path.join(root, 'bench', 'chaos', `${what}.ts`);
if (!/^[a-z]+$/.test(what) || !existsSync(script)) {
  console.error(usage);
  process.exit(1);
}
const child = spawn(process.execPath, [path.join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs'), script, ...rest], {
  stdio: 'inherit',
  cwd: root,
});
child.on('exit', (code) => process.exit(code ?? 1));
