/** `npm run migrate`: builds in the MongoDB of MONGODB_URI every index that the code declares. Needed once before a new version starts on it. */
import { built, ensureBuild } from './checkout/build.mjs';
import { ensureDependencies } from './checkout/dependencies.mjs';
import { Problem, sentence } from './engines/problem.mjs';

const say = (line) => console.log(line);

try {
  const uri = process.env.MONGODB_URI;
  if (!uri)
    throw new Problem(
      'MONGODB_URI is not set: name the database whose indexes are to be built (npm start sees to its own).',
    );
  await ensureDependencies({ env: process.env, say });
  await ensureBuild({ env: process.env, say });
  const { buildIndexesAt } = await built('store/indexes.js');
  const missing = await buildIndexesAt(uri, 10_000).catch((fault) => {
    if (fault.name !== 'MongooseServerSelectionError') throw fault;
    throw new Problem(`MongoDB at MONGODB_URI does not answer (${fault.message}): check the address and that it runs.`);
  });
  say(
    missing.length === 0
      ? 'Every index stands already.'
      : `Built ${missing.length} indexes:\n  ${missing.join('\n  ')}`,
  );
} catch (fault) {
  console.error(sentence(fault, 'the checkout'));
  process.exitCode = 1;
}
