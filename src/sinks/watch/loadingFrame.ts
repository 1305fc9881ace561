import pc from 'picocolors';
import { showsUnicode } from '../terminal/showsUnicode.js';
import { type Environment, wantsColors } from '../terminal/wantsColors.js';
import { watchFrame } from './internal/watchFrame.js';
import { WatchRecord } from './internal/WatchRecord.js';
import type { ScreenStream } from './watchView.js';

/** What the first frame shows, and where. */
export interface LoadingFrameOptions {
  readonly feeds: readonly string[];
  readonly titles: ReadonlyMap<string, string>;
  readonly stream: ScreenStream;
  readonly env: Environment;
}

/** Up so many lines, and nothing below. */
const erased = (lines: number): string => `\r\u001b[${lines}A\u001b[J`;

/**
 * Draws a frame at once, while the model is loaded.
 *
 * @returns removes it; what follows stands in its place
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
