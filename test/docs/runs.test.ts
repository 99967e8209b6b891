import { readFileSync } from 'node:fs';
import path from 'node:path';
import { manifests } from '../../src/palate/features';

const page = readFileSync(path.join(__dirname, '..', '..', 'docs', 'operations.md'), 'utf8');
/** Rows of the table of runs: id, workflow, what it is, what starts it, how it ends. */
const rows = (page.split('\n## Runs\n')[1]?.split('\n## ')[0] ?? '')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

test('the table of runs has every workflow of every feature, and says what starts it', () => {
  const workflows = manifests.flatMap(({ workflows = {} }) => Object.values(workflows).map(({ name }) => name));
  expect(rows.map(([, , workflow]) => workflow).sort()).toEqual(workflows.map((name) => `\`${name}\``).sort());
  for (const [, , workflow, , startedBy] of rows)
    expect([workflow, startedBy]).toEqual([
      workflow,
      expect.stringMatching(/^(launch|schedule|poller|request|a change)/),
    ]);
});
