import type { CurvePoint, LabelTally } from './LabelTally.js';

const percent = (hits: number, rows: number): string => (rows === 0 ? '–' : `${((100 * hits) / rows).toFixed(1)} %`);

const LEVELS = { unicode: '▁▂▃▄▅▆▇█', ascii: '_.-=+*%#' };

/** A curve as one line of text: a character for each point, from 0 to 1. */
export const sparkline = (shares: readonly number[], unicode: boolean): string => {
  const levels = unicode ? LEVELS.unicode : LEVELS.ascii;
  return shares.map((share) => levels[Math.min(levels.length - 1, Math.floor(share * levels.length))]).join('');
};

const shares = (points: readonly CurvePoint[], of: 'learning' | 'before'): readonly number[] =>
  points.map((point) => point[of] / point.rows);

/**
 * What a model got right that learnt, beside the model as it was: in all, and over time.
 *
 * @param unicode whether the terminal shows more than ASCII. Default true
 */
export const tallyLines = (
  { rows, accuracy, accuracyBefore, curve }: Pick<LabelTally, 'rows' | 'accuracy' | 'accuracyBefore' | 'curve'>,
  unicode = true,
): string => {
  const line = (name: string, share: number, of: 'learning' | 'before'): string =>
    `${name}  ${percent(share * rows, rows).padStart(7)}  ${sparkline(shares(curve, of), unicode)}`;
  return [
    `labels: ${rows}`,
    line('right, learning from each', accuracy, 'learning'),
    line('right, without learning  ', accuracyBefore, 'before'),
  ].join('\n');
};
