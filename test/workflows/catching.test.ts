import { spawn } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { ActivityFailure, ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { rethrowDefect } from '../../src/workflows/failures';

jest.setTimeout(60_000);

/** Defects of a workflow's own code are not handled by it: the helper lets failures from outside through, the lint rule sees that it is used. */
const root = path.join(__dirname, '..', '..');

/**
 * Lines of `code` that the rule refuses, were they those of a workflow. With this rule alone, as it is set for that file: the others need
 * the types of the whole tree. In a process of its own, as the settings are an ES module.
 */
const program = `
  import { text } from 'node:stream/consumers';
  import { ESLint } from 'eslint';
  import { parser } from 'typescript-eslint';
  const filePath = 'src/workflows/photos.ts';
  const { rules } = await new ESLint().calculateConfigForFile(filePath);
  const overrideConfig = {
    files: ['**/*.ts'],
    languageOptions: { parser },
    rules: { 'no-restricted-syntax': rules['no-restricted-syntax'] },
  };
  const linter = new ESLint({ overrideConfigFile: true, overrideConfig });
  const [{ messages }] = await linter.lintText(await text(process.stdin), { filePath });
  console.log(JSON.stringify(messages));
`;
async function refusedLines(code: readonly string[]): Promise<number[]> {
  const eslint = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  eslint.stdin.end(code.join('\n'));
  const messages = JSON.parse(await text(eslint.stdout)) as { ruleId: string; line: number }[];
  expect(new Set(messages.map(({ ruleId }) => ruleId))).toEqual(new Set(['no-restricted-syntax']));
  return messages.map(({ line }) => line);
}

test('a catch that does not begin with the helper is refused, and every other way around it', async () => {
  const code = [
    'import { rethrowDefect } from "./failures";',
    'declare const work: () => Promise<void>;',
    'export async function workflow(): Promise<void> {',
    '  try { await work(); } catch (failure) { rethrowDefect(failure); }',
    '  try { await work(); } catch (failure) { await work(); rethrowDefect(failure); }',
    '  try { await work(); } catch (failure) { void failure; }',
    '  try { await work(); } catch (failure) { rethrowDefect(null); }',
    '  try { await work(); } catch { /* nothing */ }',
    '  await work().catch(() => undefined);',
    '  await work().then(() => undefined, () => undefined);',
    '  await Promise.allSettled([work()]);',
    '  await Promise.any([work()]);',
    '  await work().then(() => undefined);',
    '}',
  ];
  expect(await refusedLines(code)).toEqual([5, 6, 7, 8, 9, 10, 11, 12]);
});

test('failures from outside pass, everything else is thrown', () => {
  const cancelled = new CancelledFailure('cancelled');
  const failed = new ActivityFailure('failed', 'preparePhoto', '1', 'TIMEOUT', 'worker', cancelled);
  for (const failure of [cancelled, failed]) expect(() => rethrowDefect(failure)).not.toThrow();
  const refused = ApplicationFailure.create({ message: 'refused' });
  expect(() => rethrowDefect(refused, ApplicationFailure)).not.toThrow();
  for (const defect of [refused, new TypeError('defect'), new Error('defect'), 'defect', undefined]) {
    let thrown: unknown = 'nothing';
    try {
      rethrowDefect(defect);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBe(defect);
  }
});
