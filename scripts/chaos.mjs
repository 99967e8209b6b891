/** `npm run chaos -- <what> [arguments]`: kills and faults on a whole Palate, counted. `launches` is what there is. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const [what = '', ...rest] = process.argv.slice(2);
const root = path.join(import.meta.dirname, '..');
const script = path.join(root, 'bench', 'chaos', `${what}.ts`);
if (!/^[a-z]+$/.test(what) || !existsSync(script)) {
  console.error('Say what to do: npm run chaos -- launches [kills]');
  process.exit(1);
}
const child = spawn(process.execPath, [path.join(root, 'node_modules', 'tsx', 'dist', 'cli.mjs'), script, ...rest], {
  stdio: 'inherit',
  cwd: root,
});
child.on('exit', (code) => process.exit(code ?? 1));
