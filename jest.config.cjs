/**
 * Five projects: `unit` needs no engine; `replay` replays committed histories; `integration` runs on the real engines, each file in a
 * database and on a task queue of its own, several files a suite; `processes` starts and kills whole processes; `bounds` measures their
 * memory and delays, one file at a time.
 */
const shared = {
  testEnvironment: '<rootDir>/scripts/testing/environment.cjs',
  runtime: '<rootDir>/scripts/testing/runtime.cjs',
  transform: {
    '^.+\\.(t|j|mj)s$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
};

const onEngines = {
  globalSetup: '<rootDir>/test/integration/engines.setup.cjs',
  globalTeardown: '<rootDir>/test/integration/engines.teardown.cjs',
};

/** A run that names a file runs it alone; any other runs suites, each of which holds files (test/integration/suites.ts). */
const namesFile = process.argv.slice(2).some((argument) => /(integration|clients)\/.*\.test/.test(argument));
const onIntegration = {
  testMatch: [`<rootDir>/test/(integration|clients)/**/*.${namesFile ? 'test' : 'suite'}.ts`],
};

module.exports = {
  // Longer than `eventually` waits, which says more than a test that was ended. (In a project it would have no effect.)
  testTimeout: 60_000,
  testSequencer: '<rootDir>/scripts/testing/sequencer.cjs',
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/test/(integration|clients|replay|e2e|scripts)/'],
    },
    { ...shared, displayName: 'replay', testMatch: ['<rootDir>/test/replay/**/*.test.ts'] },
    { ...shared, ...onEngines, ...onIntegration, displayName: 'integration' },
    {
      ...shared,
      ...onEngines,
      displayName: 'processes',
      testMatch: ['<rootDir>/test/(e2e|scripts)/**/*.test.ts'],
      testPathIgnorePatterns: ['/test/e2e/bounds/'],
    },
    { ...shared, ...onEngines, displayName: 'bounds', testMatch: ['<rootDir>/test/e2e/bounds/**/*.test.ts'] },
  ],
};
