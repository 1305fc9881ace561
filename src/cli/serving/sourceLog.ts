import type { SourceEvent } from '../../contracts/live/Live.js';
import { oneLine } from '../../sinks/watch/internal/fitText.js';
import { sourceLine } from '../live/sourceLine.js';

/**
 * Tells what happens to the sources of a server, for a log that is kept for months: a failure once, and not again at
 * each attempt, until the source is read again or fails in another way.
 *
 * @param tell takes a line without its newline
 */
export const sourceLog = (tell: (line: string) => void): ((event: SourceEvent) => void) => {
  /** The code of the failure of each source that fails. */
  const failing = new Map<string, string>();
  return (event) => {
    const { type, source } = event;
    switch (type) {
      case 'failed':
        if (failing.get(source) !== event.code) tell(sourceLine(event));
        failing.set(source, event.code);
        break;
      case 'moved':
      case 'gap':
        tell(sourceLine(event));
        break;
      case 'removed':
        failing.delete(source);
        break;
      case 'read':
      case 'unchanged':
      case 'opened':
        if (failing.delete(source)) tell(`${oneLine(source)} is read again.`);
        break;
    }
  };
};
