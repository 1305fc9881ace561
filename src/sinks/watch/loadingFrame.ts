import pc from 'picocolors';
import { showsUnicode } from '../terminal/showsUnicode.js';
import { type Environment, wantsColors } from '../terminal/wantsColors.js';
import { watchFrame } from './internal/watchFrame.js';
import { WatchRecord } from './internal/WatchRecord.js';
import type { ScreenStream } from './watchView.js';

/** Options of `loadingFrame`. */
export interface LoadingFrameOptions {
  readonly feeds: readonly string[];
  readonly titles: ReadonlyMap<string, string>;
  readonly stream: ScreenStream;
  readonly env: Environment;
}

/** Moves up by a number of lines, and erases everything below. */
const erased = (lines: number): string => `\r\u001b[${lines}A\u001b[J`;

/**
 * Draws a frame at once, while the model is being loaded.
 *
 * @returns removes the frame; the next output takes its place
 */
export const loadingFrame = ({ feeds, titles, stream, env }: LoadingFrameOptions): (() => void) => {
  const now = Date.now();
  const lines = watchFrame(new WatchRecord([], feeds, () => true, now, titles).state(now), {
    columns: stream.columns === undefined || stream.columns === 0 ? 80 : stream.columns,
    rows: stream.rows === undefined || stream.rows === 0 ? 24 : stream.rows,
    unicode: showsUnicode(env),
    paint: pc.createColors(wantsColors(stream, env)),
    waiting: 'Loading the model.',
  });
  stream.write(`${lines.join('\n')}\n`);
  return () => void stream.write(erased(lines.length));
};
