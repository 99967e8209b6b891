import { startPalateProcess, type PalateProcess } from '../test/e2e/palateProcess';
import { startTestEngines } from './engines';

/** Engines of their own and one Palate process on them, for a measurement. */
export async function startPalate(
  env: Record<string, string>,
): Promise<PalateProcess & { temporalAddress: string; mongodbUri: string }> {
  const engines = await startTestEngines();
  const where = engines.addresses('palate-bench');
  try {
    const palate = await startPalateProcess({ ...where, env });
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
