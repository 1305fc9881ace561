import { readFileSync } from 'node:fs';

/** How many connections beyond the limit still get an answer that there are too many. More are dropped. */
export const TOLD = 64;

/** The share of all descriptors, and the least number, that is kept for feeds, files and the model. */
const KEPT = { share: 1 / 4, least: 64 };

/** Even with few descriptors, this many connections are served. */
const FEWEST = 8;

/**
 * How many connections a server can serve if its process may open this many files. Each connection is an open file. If
 * clients took all of them, the server could read no feed and store nothing.
 */
export const connectionRoom = (openFiles: number): number =>
  Math.max(FEWEST, Math.floor(openFiles - Math.max(KEPT.least, openFiles * KEPT.share)) - TOLD);

/** How many files this process may open; infinite if it is not known. Node has raised it to the hard limit. */
export const mostOpenFiles = (): number => {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
    return limit === undefined ? Infinity : Number(limit);
  } catch {
    // Not Linux. Elsewhere the limit is high.
    return Infinity;
  }
};
