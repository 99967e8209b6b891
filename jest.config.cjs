/** Three projects: `unit` needs no engine; `replay` replays committed histories; `integration` runs on the real engines. */
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

module.exports = {
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/test/(integration|replay|e2e|chaos|scripts)/'],
    },
    { ...shared, displayName: 'replay', testMatch: ['<rootDir>/test/replay/**/*.test.ts'] },
    {
      ...shared,
      displayName: 'integration',
      testMatch: ['<rootDir>/test/(integration|e2e|chaos|scripts)/**/*.test.ts'],
      globalSetup: '<rootDir>/test/integration/engines.setup.cjs',
      globalTeardown: '<rootDir>/test/integration/engines.teardown.cjs',
    },
  ],
};
