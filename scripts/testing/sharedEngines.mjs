/**
 * The engines of a run of several parts, started once: before the first part that needs them.
 * @param {{ env: NodeJS.ProcessEnv, say: (line: string) => void }} options
 */
export function createSharedEngines({ env, say }) {
  let starting;
  const start = async () => {
    const { startTestEngines } = await import('../engines/forTests.mjs');
    return startTestEngines({
      env,
      say: (line) => say(`engines: ${line}`),
      s3Required: Boolean(env.CI),
      inMemory: true,
    });
  };
  // Where they do not start, each part tries by itself, and its report says why it could not.
  const started = () => (starting ??= start().catch(() => null));
  return {
    /** By which tests find them. */
    variables: async () => (await started())?.variables ?? {},
    async stop() {
      if (starting) await (await starting)?.stop();
    },
  };
}
