/** `npm run rules` runs this beside the import rules: fails if the workflow bundle holds what it must not. */
import { checkWorkflowBundle } from './checkout/workflowBundle.mjs';
import { printable } from './printable.mjs';

const { problems, bytes } = await checkWorkflowBundle();
for (const problem of problems) console.error(printable(problem));
if (problems.length === 0) console.log(printable(`The workflow bundle has ${Math.round(bytes / 1000)} kB.`));
process.exitCode = problems.length === 0 ? 0 : 1;
