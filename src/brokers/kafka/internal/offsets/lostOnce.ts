import type { WorkEvents } from '../../../WorkEvent.js';

/**
 * Passes events on, but each loss only once. Until the next commit of a partition, every restart of reading finds the
 * same messages missing again.
 */
export const lostOnce = (events: WorkEvents): WorkEvents => {
  /** The last reason by partition. */
  const told = new Map<string, string>();
  return {
    next: (event) => {
      if (event.type === 'lost') {
        if (told.get(event.id) === event.reason) return;
        told.set(event.id, event.reason);
      }
      events.next(event);
    },
  };
};
