import type { LivePrediction } from '../../contracts/live/Live.js';
import { oneLine } from '../../sinks/watch/internal/fitText.js';

/**
 * A live prediction as a line of text: time of arrival, class, probability, title, source and key, separated by tabs.
 * The fields contain no tabs.
 */
export const watchLine = ({
  headline: { seen, title, source, key = '' },
  category,
  known,
  distribution,
}: LivePrediction): string =>
  `${[
    new Date(seen).toISOString(),
    oneLine(category),
    (distribution[0]?.probability ?? 0).toFixed(3),
    `${known === 0 ? '[nothing read] ' : ''}${oneLine(title)}`,
    oneLine(source),
    key,
  ].join('\t')}\n`;
