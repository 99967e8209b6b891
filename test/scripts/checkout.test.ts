import { evaluate } from './programs';

describe('the check of Node', () => {
  const check = (version: string) =>
    evaluate(`
      import { checkNode } from './scripts/checkout/dependencies.mjs';
      try { checkNode('${version}'); answer('fine'); } catch (fault) { answer(fault.message); }`);

  it.each(['20.20.0', '22.4.1', '24.0.0'])('takes %s', async (version) => {
    expect(await check(version)).toBe('fine');
  });

  it.each(['18.20.4', '20.19.9'])('refuses %s and says what to do', async (version) => {
    expect(await check(version)).toMatch(/^This is Node [\d.]+, Palate needs 20\.20 or newer: install a current Node/);
  });
});

describe('the look at the installed packages', () => {
  const look = (wanted: object | null, there: object | null) =>
    evaluate(`
      import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
      import { isInstalled } from './scripts/checkout/dependencies.mjs';
      const folder = mkdtempSync('${process.env.TMPDIR ?? '/tmp'}/palate-checkout-');
      mkdirSync(folder + '/node_modules');
      const write = (file, packages) => packages && writeFileSync(folder + file, JSON.stringify({ packages }));
      write('/package-lock.json', ${JSON.stringify(wanted)});
      write('/node_modules/.package-lock.json', ${JSON.stringify(there)});
      answer(isInstalled(folder));
      rmSync(folder, { recursive: true });`);
  const lockfile = {
    '': { version: '0.1.0' },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/for-another-system': { version: '2.0.0', optional: true },
  };

  it('is content with the packages of the lockfile', async () => {
    expect(await look(lockfile, { 'node_modules/a': { version: '1.0.0' } })).toBe(true);
  });

  it('is not content with another version, a missing package, or an installation that was cut short', async () => {
    expect(await look(lockfile, { 'node_modules/a': { version: '1.0.1' } })).toBe(false);
    expect(await look(lockfile, {})).toBe(false);
    expect(await look(lockfile, null)).toBe(false);
  });
});

describe('the check of the workflow bundle', () => {
  const inspect = (modules: string[], budget = 100_000) =>
    evaluate(`
      import { inspect } from './scripts/checkout/workflowBundle.mjs';
      const bundle = ${JSON.stringify(modules)}.map((name) => '/***/ "' + name + '"\\n/*! code !*/').join('\\n');
      answer(inspect(bundle + '\\n//# sourceMappingURL=' + 'x'.repeat(200000), ${budget}).problems);`) as Promise<
      string[]
    >;
  const good = [
    './node_modules/@temporalio/workflow/lib/index.js',
    './node_modules/ms/dist/index.cjs',
    './src/workflows/photos.ts',
    './src/messages/photos.ts',
  ];

  it('lets pass the SDK, the workflows and their messages; the source map does not count', async () => {
    expect(await inspect(good)).toEqual([]);
  });

  it.each([
    ['a schema library', './node_modules/zod/v4/index.js', 'the package zod'],
    ['a package inside another', './node_modules/ms/node_modules/@scope/inner/index.js', 'the package @scope/inner'],
    ['a value of another floor', './src/model/photos.ts', './src/model/photos.ts'],
  ])('finds %s', async (_, module, named) => {
    const problems = await inspect([...good, module]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(named);
  });

  it('finds a bundle over its budget, and one it cannot read', async () => {
    expect(await inspect(good, 10)).toEqual([expect.stringContaining('more than its budget of 10')]);
    expect(await inspect([])).toEqual([expect.stringContaining('No module of the bundle could be read')]);
  });
});

describe('the numbers of a test run', () => {
  const read = (report: unknown, succeeded: boolean) =>
    evaluate(`
      import { readJestReport } from './scripts/testing/jestReport.mjs';
      answer(readJestReport(${JSON.stringify(report)}, ${succeeded}, '/home/me/palate'));`);
  const suite = (status: string, ...tests: string[]) => ({
    name: '/home/me/palate/test/soup.test.ts',
    status,
    assertionResults: tests.map((one) => ({ status: one, fullName: `soup is ${one}` })),
  });

  it('counts passed, failed and skipped tests', async () => {
    expect(await read({ testResults: [suite('failed', 'passed', 'failed', 'pending', 'todo')] }, false)).toEqual({
      passed: 1,
      failures: ['test/soup.test.ts: soup is failed'],
      skipped: ['test/soup.test.ts: soup is pending', 'test/soup.test.ts: soup is todo'],
    });
  });

  it.each([
    ['a file that could not be run', { testResults: [suite('failed')] }, false, 'the file could not be run'],
    [
      'a clean-up that failed after its tests passed',
      { testResults: [suite('failed', 'passed')] },
      false,
      'the file could not be run',
    ],
    ['a run without tests', { testResults: [] }, true, 'no tests were found'],
    ['a run that wrote no report', null, false, 'could not start'],
    ['a failure that no test explains', { testResults: [suite('passed', 'passed')] }, false, 'although no test did'],
  ])('counts %s as failed', async (_, report, succeeded, why) => {
    const { failures } = (await read(report, succeeded)) as { failures: string[] };
    expect(failures).toEqual([expect.stringContaining(why)]);
  });
});
