/** Starts one MongoDB, one Temporal and, where there is one, one S3 server for the whole run; see engines.ts for how tests reach them. */
module.exports = async () => {
  const { startTestEngines } = await import('../../scripts/engines/forTests.mjs');
  const { sentence } = await import('../../scripts/engines/problem.mjs');
  const say = (line) => process.stderr.write(`engines: ${line}\n`);
  try {
    const engines = await startTestEngines({ env: process.env, say, s3Required: Boolean(process.env.CI) });
    Object.assign(process.env, engines.variables);
    globalThis.palateEngines = engines;
  } catch (fault) {
    throw new Error(sentence(fault, 'the temporary folder'), { cause: fault });
  }
};
