import type { CurvePoint, LabelTally } from './LabelTally.js';

const percent = (hits: number, rows: number): string => (rows === 0 ? '–' : `${((100 * hits) / rows).toFixed(1)} %`);

const LEVELS = { unicode: '▁▂▃▄▅▆▇█', ascii: '_.-=+*%#' };

/** The mark of a drift in a curve. */
const driftMark = (unicode: boolean): string => (unicode ? '│' : '|');

/**
 * The accuracy of a model over time as one line of text: a character for each point of the curve, from 0 to 1, and a
 * bar after a point in which drift was detected.
 */
export const sparkline = (points: readonly CurvePoint[], of: 'learning' | 'before', unicode: boolean): string => {
  const levels = unicode ? LEVELS.unicode : LEVELS.ascii;
  return points
    .map((point) => {
      const level = levels[Math.min(levels.length - 1, Math.floor((point[of] / point.rows) * levels.length))] ?? '';
      return of === 'learning' && point.drifts > 0 ? level + driftMark(unicode) : level;
    })
    .join('');
};

/**
 * The accuracy of a model that has learnt and of the original model: in total and over time.
 *
 * @param unicode whether the terminal can display more than ASCII. Default true
 */
export const tallyLines = (
  {
    rows,
    accuracy,
    accuracyBefore,
    curve,
    drift,
  }: Pick<LabelTally, 'rows' | 'accuracy' | 'accuracyBefore' | 'curve' | 'drift'>,
  unicode = true,
): string => {
  const line = (name: string, share: number, of: 'learning' | 'before'): string =>
    `${name}  ${percent(share * rows, rows).padStart(7)}  ${sparkline(curve, of, unicode)}`;
  return [
    `labels: ${rows}`,
    line('right, learning from each', accuracy, 'learning'),
    line('right, without learning  ', accuracyBefore, 'before'),
    ...(drift === undefined
      ? []
      : [`drift (${driftMark(unicode)}): errors ${percent(drift.before, 1)} before, ${percent(drift.after, 1)} since`]),
  ].join('\n');
};
