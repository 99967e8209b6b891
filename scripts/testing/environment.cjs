/**
 * Tests run in the global scope of jest's worker process, not in a context of their own (see runtime.cjs): there every use of a global
 * went through a proxy, which took a quarter of what an integration test computes.
 *
 * E1  What a file changes of the environment's variables ends with it. Other globals it puts back itself.
 * E2  jest knows one time limit for a file, and a suite holds many (`test/integration/suites.ts`): so what a file sets with
 *     `jest.setTimeout` is kept with each of its tests and hooks as they are declared, and the next file begins with the limit of
 *     jest.config.cjs again.
 */
const { ModernFakeTimers } = require('@jest/fake-timers');
const { ModuleMocker } = require('jest-mock');

/** Where `jest.setTimeout` puts its number. */
const LIMIT = Symbol.for('TEST_TIMEOUT_SYMBOL');
/** Frames of an error: more cost more each time one is made, and answers of 400 and above are made of errors. */
const FRAMES = 20;

module.exports = class {
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);
  fakeTimers = null;
  variables = process.env;
  copyOfVariables = { ...process.env };

  constructor({ projectConfig }) {
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
    delete globalThis[LIMIT];
  }

  async setup() {
    Error.stackTraceLimit = FRAMES; // jest has set 100 by now
  }

  async teardown() {
    this.fakeTimersModern.dispose();
    process.env = this.variables;
    for (const name of Object.keys(process.env)) if (!(name in this.copyOfVariables)) delete process.env[name];
    Object.assign(process.env, this.copyOfVariables);
  }

  exportConditions = () => ['node', 'require', 'default', 'module-sync'];

  /** Never compiled in: the runtime compiles in the global scope. */
  getVmContext = () => globalThis;

  /** Called after jest-circus has declared what the event is about. */
  handleTestEvent({ name, blockName }, { currentDescribeBlock, testTimeout }) {
    if (name === 'start_describe_definition' && blockName.endsWith('.test.ts')) delete globalThis[LIMIT];
    const limitMs = globalThis[LIMIT] ?? testTimeout;
    if (name === 'add_test') currentDescribeBlock.tests.at(-1).timeout ??= limitMs;
    if (name === 'add_hook') currentDescribeBlock.hooks.at(-1).timeout ??= limitMs;
  }
};
