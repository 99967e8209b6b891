import { printable } from './printable.mjs';

/** What the programs have in common that load a file or folder into the database. */
export const count = (number) => number.toLocaleString('en-US');

/** Lines where the output is kept, one line that is written over on a terminal. */
export function progressLine(say) {
  const terminal = process.stdout.isTTY === true;
  let open = false;
  const end = () => {
    if (open) process.stdout.write('\n');
    open = false;
  };
  return {
    end,
    over(line) {
      if (!terminal) return say(line);
      process.stdout.write(`\r\u001b[K${printable(line)}`);
      open = true;
    },
    say(line) {
      end();
      say(line);
    },
  };
}
