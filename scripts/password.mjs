/** A password that is given by a variable, else typed or piped in: an argument can be seen by others on this machine. */
import readline from 'node:readline/promises';

/** Undefined where there is none. */
export async function passwordGiven(variable) {
  if (process.env[variable]) return process.env[variable];
  const terminal = process.stdin.isTTY === true;
  const lines = readline.createInterface({ input: process.stdin, ...(terminal && { output: process.stderr }) });
  if (terminal) {
    process.stderr.write('Password (not shown): ');
    lines._writeToOutput = () => {};
  }
  for await (const line of lines) {
    lines.close();
    if (terminal) process.stderr.write('\n');
    return line;
  }
  return undefined;
}
