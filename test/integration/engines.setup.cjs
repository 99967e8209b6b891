/**
 * Builds `dist/` (whole processes and the workflow bundle come from there) and starts one MongoDB, one Temporal and, where there is
 * one, one S3 server for the whole run; see engines.ts for how tests reach them.
 */
module.exports = async () => {
  const { startTestEngines } = await import('../../scripts/engines/forTests.mjs');
  const { ensureBuild } = await import('../../scripts/checkout/build.mjs');
  const { sentence } = await import('../../scripts/engines/problem.mjs');
  const say = (line) => process.stderr.write(`engines: ${line}\n`);
  try {
    await ensureBuild({ env: process.env, say });
    const s3Required = Boolean(process.env.CI);
    const engines = await startTestEngines({ env: process.env, say, s3Required, inMemory: true });
    Object.assign(process.env, engines.variables);
    globalThis.palateEngines = engines;
  } catch (fault) {
    throw new Error(sentence(fault, 'the temporary folder'), { cause: fault });
  }
};
