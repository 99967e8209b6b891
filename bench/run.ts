/** Runs a bench and ends the process, whatever was left open: with the code it gives, else `process.exitCode`; with 1 where it threw. */
export function run(main: () => Promise<unknown>): void {
  main().then(
    (code) => process.exit(typeof code === 'number' ? code : process.exitCode),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
}
