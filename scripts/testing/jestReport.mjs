/** Reads the numbers out of jest's JSON report. */
import path from 'node:path';

/**
 * @param {object | null} report jest's report, or null if it wrote none
 * @param {boolean} succeeded whether jest itself ended with code 0
 * @param {string} root the folder that file names are told from
 * @returns {{ passed: number, failures: string[], skipped: string[] }} one entry of `failures` a failed test, suite or run
 */
export function readJestReport(report, succeeded, root) {
  if (report === null) return { passed: 0, failures: ['jest found no test or could not start'], skipped: [] };
  const failures = [];
  const skipped = [];
  let passed = 0;
  for (const suite of report.testResults) {
    const file = path.relative(root, suite.name);
    const before = failures.length;
    for (const test of suite.assertionResults) {
      if (test.status === 'passed') passed += 1;
      else if (test.status === 'failed') failures.push(`${file}: ${test.fullName}`);
      else skipped.push(`${file}: ${test.fullName}`);
    }
    if (suite.status === 'failed' && failures.length === before) failures.push(`${file}: the file could not be run`);
  }
  if (report.testResults.length === 0) failures.push('no tests were found');
  if (!succeeded && failures.length === 0) failures.push('jest failed although no test did');
  return { passed, failures, skipped };
}
