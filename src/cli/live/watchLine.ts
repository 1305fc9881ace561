import type { LivePrediction } from '../../contracts/live/Live.js';
import { oneLine } from '../../sinks/watch/internal/fitText.js';

/**
 * A live prediction as a line of text: when it was seen, class, probability, title, source and key, with tabs between
 * them and in none of them.
 */
export const watchLine = ({
  headline: { seen, title, source, key = '' },
  category,
  known,
  distribution,
}: LivePrediction): string =>
  `${[new Date(seen).toISOString(), oneLine(category), (distribution[0]?.probability ?? 0).toFixed(3), `${known === 0 ? '[nothing read] ' : ''}${oneLine(title)}`, oneLine(source), key].join('\t')}\n`;
