import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { manifests } from '../../src/palate/features';

/** A workflow without a history is one that a later change may break under its open runs, and no replay would say so. */
const folder = path.join(__dirname, '../replay/histories');
const startedAs = /"workflowType":\s*\{\s*"name":\s*"(\w+)"/;

it('a history of every workflow is recorded', () => {
  const recorded = new Set(
    readdirSync(folder).map((file) => startedAs.exec(readFileSync(path.join(folder, file), 'utf8'))?.[1]),
  );
  const names = manifests.flatMap(({ workflows = {} }) => Object.values(workflows).map(({ name }) => name));
  expect(names).toContain('analyzePhoto');
  // Of one that is missing: docs/contributing.md, changing a workflow.
  expect(names.filter((name) => !recorded.has(name))).toEqual([]);
});
