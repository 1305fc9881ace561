import type { TextStream } from '../../sinks/progress/ProgressOutput.js';
import { printable } from '../../sinks/terminal/printable.js';

/**
 * Makes a function that writes the first lines of each type, so that many lines of one type do not hide the others. A
 * note that further lines are not written follows the last one.
 *
 * @param most the maximum number of lines of a type
 */
export const firstLines = (
  stream: Pick<TextStream, 'write'>,
  most: number,
  note: string,
): ((line: string, type?: string) => void) => {
  const written = new Map<string, number>();
  return (line, type = '') => {
    const times = (written.get(type) ?? 0) + 1;
    written.set(type, times);
    if (times <= most) stream.write(`${printable(line)}\n`);
    if (times === most) stream.write(`${note}\n`);
  };
};
