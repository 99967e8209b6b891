import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryEnv } from '../../scripts/start/memory.mjs';

test('a container keeps memory as npm start does', () => {
  const dockerfile = readFileSync(join(__dirname, '../../deploy/Dockerfile'), 'utf8');
  const set = /^ENV (MALLOC_.*)$/m.exec(dockerfile)?.[1]?.split(' ');
  expect(set).toEqual(Object.entries(memoryEnv).map(([name, value]) => `${name}=${value}`));
});
