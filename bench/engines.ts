export interface Engines {
  /** Addresses with a database of this name. */
  addresses(database: string): { mongodbUri: string; temporalAddress: string };
  stop(): Promise<void>;
}

/** Engines of their own for a measurement; those that the environment names are used as they are. */
export async function startTestEngines(): Promise<Engines> {
  const { startTestEngines: start } = await import('../scripts/engines/forTests.mjs');
  const { variables, stop } = await start({
    env: process.env,
    say: (line) => console.error(line),
    s3Required: false,
    inMemory: false,
  });
  const { PALATE_TEST_MONGODB_URI: mongodb, PALATE_TEST_TEMPORAL_ADDRESS: temporal } = { ...process.env, ...variables };
  if (mongodb === undefined || temporal === undefined) throw new Error('The engines have no addresses');
  return {
    addresses(database) {
      const uri = new URL(mongodb);
      uri.pathname = `/${database}`;
      return { mongodbUri: uri.toString(), temporalAddress: temporal };
    },
    stop,
  };
}
