import type { Writable } from 'node:stream';
import type { AccessEntry } from './AccessEntry.js';

/** The maximum number of bytes that wait for the output. Beyond it, entries are dropped. */
const MOST_WAITING = 4 * 1_048_576;

/**
 * Makes the function that writes the entries of an access log as JSON lines.
 *
 * Requests do not wait for the output. If it is too slow, or nobody reads it, entries are dropped, and a line `{"lost":
 * 12}` reports how many.
 *
 * @param output the current output; undefined while entries cannot be written
 */
export const entryWriter = (
  output: () => Pick<Writable, 'write' | 'writableLength'> | undefined,
): ((entry: AccessEntry) => void) => {
  let lost = 0;
  return (entry) => {
    const stream = output();
    if (stream === undefined || stream.writableLength > MOST_WAITING) {
      lost += 1;
      return;
    }
    if (lost > 0) stream.write(`${JSON.stringify({ lost })}\n`);
    lost = 0;
    stream.write(`${JSON.stringify(entry)}\n`);
  };
};
