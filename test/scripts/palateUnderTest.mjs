/** `npm start` without the installation and the build, on the stand-in for the application. */
import { fileURLToPath } from 'node:url';
import { runPalate } from '../../scripts/start/palate.mjs';

const main = fileURLToPath(new URL('fakeApplication.mjs', import.meta.url));
process.exit(
  await runPalate({
    env: process.env,
    say: (line) => console.log(line),
    main,
    build: async () => false,
    firstPauseMs: 20,
  }),
);
