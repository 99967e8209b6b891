import { startPalateProcess, type PalateEnvironment, type PalateProcess } from '../test/e2e/palateProcess';

/** Engines of their own and one Palate process on them, for a measurement. */
export async function startPalate(
  env: Record<string, string>,
): Promise<PalateProcess & { temporalAddress: string; mongodbUri: string }> {
  const { startTestEngines } = await import('../scripts/engines/forTests.mjs');
  const engines = await startTestEngines({
    env: process.env,
    say: (line: string) => console.error(line),
    s3Required: false,
  });
  const { PALATE_TEST_MONGODB_URI: mongodb, PALATE_TEST_TEMPORAL_ADDRESS: temporal } = {
    ...process.env,
    ...engines.variables,
  };
  if (mongodb === undefined || temporal === undefined) throw new Error('The engines have no addresses');
  const uri = new URL(mongodb);
  uri.pathname = '/palate-bench';
  const where: PalateEnvironment = { mongodbUri: uri.toString(), temporalAddress: temporal, env };
  try {
    const palate = await startPalateProcess(where);
    return {
      ...palate,
      ...where,
      async stop() {
        const code = await palate.stop();
        await engines.stop();
        return code;
      },
    };
  } catch (error) {
    await engines.stop();
    throw error;
  }
}
