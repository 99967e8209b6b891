/**
 * Four projects: `unit` needs no engine; `replay` replays committed histories; `integration` runs on the real engines, each file in a
 * database and on a task queue of its own; `processes` starts, kills and measures whole processes, one file at a time.
 */
const esmOnly = '@huggingface';
// The MongoDB driver imports `os` dynamically, which jest's sandbox refuses: swc turns that into a require.
const dynamicImport = '(.*/)?mongodb/lib/runtime_adapters';
const shared = {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['node', 'require', 'default', 'module-sync'] },
  transform: {
    '^.+\\.(t|j|mj)s$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  // Three packages under Express offer an ES module for `module-sync`, which jest cannot require.
  moduleNameMapper: { '^((?:async-generator|async|generator)-function)$': '<rootDir>/node_modules/$1/index.js' },
  transformIgnorePatterns: [`node_modules/(?!(${esmOnly})/|${dynamicImport})`],
};

const onEngines = {
  globalSetup: '<rootDir>/test/integration/engines.setup.cjs',
  globalTeardown: '<rootDir>/test/integration/engines.teardown.cjs',
};

module.exports = {
  // Longer than `eventually` waits, which says more than a test that was ended. (In a project it would have no effect.)
  testTimeout: 30_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/test/(integration|replay|e2e|scripts)/'],
    },
    { ...shared, displayName: 'replay', testMatch: ['<rootDir>/test/replay/**/*.test.ts'] },
    { ...shared, ...onEngines, displayName: 'integration', testMatch: ['<rootDir>/test/integration/**/*.test.ts'] },
    { ...shared, ...onEngines, displayName: 'processes', testMatch: ['<rootDir>/test/(e2e|scripts)/**/*.test.ts'] },
  ],
};
