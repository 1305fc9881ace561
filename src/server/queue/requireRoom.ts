import type { ClassifyQueue } from './ClassifyQueue.js';
import { Refusal } from '../http/Refusal.js';
import type { DropReason } from './serverMetrics.js';

/**
 * Refuses headlines that do not all fit into the queue.
 *
 * @param headlines the number of headlines to classify
 * @param dropped called with the number of refused headlines
 * @throws Refusal `queue-full`
 */
export const requireRoom = (
  queue: ClassifyQueue,
  headlines: number,
  dropped: (reason: DropReason, headlines: number) => void,
): void => {
  if (queue.hasRoom(headlines)) return;
  dropped('queue-full', headlines);
  throw new Refusal(
    'queue-full',
    `${queue.waiting} headlines are in the queue, which has no space for ${headlines} more. Try again soon.`,
    { headers: { 'retry-after': '1' } },
  );
};
