import type { Line } from '../protocol.js';

/** The most lines that are told at once. The page keeps no more. */
const MOST_LINES = 500;
/** The least time between two bundles, in milliseconds. */
const GATHER_MS = 60;

/** The lines that a program prints, on their way to the page. */
export interface GatheredLines {
  readonly add: (line: Line) => void;
  /** Tells what has been gathered. */
  readonly flush: () => void;
  /** How many lines there were. */
  readonly count: () => number;
}

/**
 * Gathers lines, and tells them in bundles: a program may print far more than a page can draw, and a message for each
 * line would leave the page no time for anything else. The first line is told at once. Of very many lines between two
 * bundles only the last ones are told, and how many were left out.
 *
 * @param now the clock, in milliseconds
 */
export const gatherLines = (
  tell: (lines: readonly Line[], left: number) => void,
  now: () => number = () => performance.now(),
): GatheredLines => {
  let lines: Line[] = [];
  let since = 0;
  let count = 0;
  let last = -Infinity;

  const flush = (): void => {
    if (lines.length === 0) return;
    last = now();
    const kept = lines.slice(-MOST_LINES);
    tell(kept, since - kept.length);
    lines = [];
    since = 0;
  };

  return {
    flush,
    count: () => count,
    add: (line) => {
      lines.push(line);
      since += 1;
      count += 1;
      // Twice as many, so that most lines are added without a copy.
      if (lines.length > 2 * MOST_LINES) lines = lines.slice(-MOST_LINES);
      // A timer would wait until a synchronous program is over.
      if (now() - last > GATHER_MS) flush();
    },
  };
};
