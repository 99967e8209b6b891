/**
 * `npm run kernels:build` compiles kernels/ (AssemblyScript) into `src/ml/recommend/kernels/bytes.ts`; `npm run kernels:check` compiles them and
 * fails where that file holds something else, so that nobody has to trust bytes that they cannot read.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from './checkout/dependencies.mjs';
import { printable } from './printable.mjs';

const file = path.join(root, 'src', 'ml', 'recommend', 'kernels', 'bytes.ts');
const check = process.argv.includes('--check');

const options = [
  ...['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd,threads,bulk-memory', '--disable', 'mutable-globals'],
  // The memory comes from outside, of whatever size; 65,536 pages are all that 32 bits address.
  ...['--importMemory', '--noExportMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
];

/** @returns {Promise<Uint8Array>} */
async function compile() {
  const { default: asc } = await import('assemblyscript/asc');
  let bytes;
  const { error, stderr } = await asc.main(
    ['index.ts', '--baseDir', path.join(root, 'kernels'), '--outFile', 'kernels.wasm', ...options],
    {
      readFile: (name, folder) => readFile(path.resolve(folder, name), 'utf8').catch(() => null),
      writeFile: (_name, contents) => {
        bytes = contents;
      },
      listFiles: () => [],
    },
  );
  if (error || !bytes) throw new Error(`kernels/ does not compile:\n${stderr.toString()}`);
  return bytes;
}

/** @param {Uint8Array} bytes */
function moduleOf(bytes) {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,116}/g) ?? [];
  return [
    '/** Made by `npm run kernels:build` from kernels/: do not edit. */',
    'export const kernelBase64 =',
    `${lines.map((line) => `  '${line}'`).join(' +\n')};`,
    '',
  ].join('\n');
}

const text = moduleOf(await compile());
if (!check) {
  await writeFile(file, text);
  console.log(printable(`Wrote ${path.relative(root, file)}.`));
} else if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
  const message = `${path.relative(root, file)} is not what kernels/ compiles to. Run \`npm run kernels:build\` and commit it.`;
  console.error(printable(message));
  process.exitCode = 1;
}
