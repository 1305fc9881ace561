import type { SourceEvent } from '../../contracts/live/Live.js';
import { duration } from '../../sinks/progress/internal/progressLine.js';
import { oneLine } from '../../sinks/watch/internal/fitText.js';

/** A line about an event of a source. */
export const sourceLine = (event: Extract<SourceEvent, { readonly type: 'failed' | 'moved' | 'gap' }>): string => {
  if (event.type === 'gap')
    return (
      `${oneLine(event.source)} has a gap: none of the headlines that it had when it was last read is still ` +
      'there, and others may have been missed since. Read it more often, by --interval.'
    );
  if (event.type === 'moved') return `${oneLine(event.source)} has moved to ${oneLine(event.to)}.`;
  const next =
    event.nextInMs === undefined
      ? 'It is not tried again.'
      : `It is tried again ${event.nextInMs === 0 ? 'now' : `in ${duration(event.nextInMs / 1000)}`}.`;
  return `${oneLine(event.message)} ${next} [${event.code}]`;
};
