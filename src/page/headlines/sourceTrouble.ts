import type { SourceEvent } from '../../contracts/live/Live.js';
import { formatCount, formatTime } from '../elements/format.js';

/** The number of failing feeds, and their problems. */
export interface SourceTrouble {
  readonly failing: number;
  readonly sources: number;
  /** One sentence for each of the first failing feeds. */
  readonly lines: readonly string[];
}

/** The maximum number of feeds whose problems are described individually. */
const TOLD = 3;

/** Whether the feed was read, but none of its items could be. */
const allRejected = (event: SourceEvent): boolean =>
  event.type === 'read' && event.items === 0 && (event.rejected ?? 0) > 0;

/** Whether a source with this last event delivers nothing. */
export const isTroubled = (event: SourceEvent | undefined): boolean =>
  event !== undefined && (event.type === 'failed' || allRejected(event));

/** The message of a failure without its advice to try again: the page says when that is done. */
const withoutRetry = (message: string): string => message.replace(/ Try again later\.$/, '');

/** The message of a failure without the address of its source, because the name stands before it. */
const withoutSource = ({ source, message }: { readonly source: string; readonly message: string }): string =>
  message.startsWith(source) ? message.slice(source.length).trim() : message;

/** Describes the last event of a source in a few words. */
export const describeSource = (event: SourceEvent): string => {
  switch (event.type) {
    case 'read':
      return allRejected(event)
        ? `read, and none of its ${formatCount(event.rejected ?? 0)} items can be read`
        : `read, ${formatCount(event.items)} items`;
    case 'unchanged':
      return 'unchanged';
    case 'opened':
      return 'open';
    case 'gap':
      return 'a gap: headlines may have been missed since it was last read';
    case 'moved':
      return `moved to ${event.to}`;
    case 'removed':
      return 'removed';
    case 'failed':
      return event.nextInMs === undefined
        ? `failed for good: ${withoutSource(event)}`
        : `failed, tried again later: ${withoutRetry(withoutSource(event))}`;
  }
};

/**
 * The problems of the sources; the first few sources are named.
 *
 * @param waiting how many further sources have told nothing yet
 */
export const troubleOf = (
  last: ReadonlyMap<string, SourceEvent>,
  nameOf: (source: string) => string,
  waiting = 0,
): SourceTrouble => {
  const troubled = [...last.values()].filter(isTroubled);
  const lines = troubled.slice(0, TOLD).map((event) => {
    if (event.type !== 'failed') return `${nameOf(event.source)}: ${describeSource(event)}.`;
    const next =
      event.nextInMs === undefined
        ? 'It is not tried again.'
        : `It is tried again at ${formatTime(event.at + event.nextInMs)}.`;
    const message = withoutSource(event);
    return `${nameOf(event.source)}: ${event.nextInMs === undefined ? message : withoutRetry(message)} ${next}`;
  });
  return { failing: troubled.length, sources: last.size + waiting, lines };
};
