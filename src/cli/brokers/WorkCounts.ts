import type { WorkEvent } from '../../brokers/WorkEvent.js';

/** The counts of a worker so far. */
export interface WorkCounts {
  readonly classified: number;
  readonly retried: number;
  readonly deadLetters: number;
  /** The most messages that can have been deleted at the broker before they were read. */
  readonly lost: number;
  /** The partitions of this worker, if its broker has partitions. */
  readonly partitions: readonly number[] | undefined;
  /** The number of waiting messages, for the worker or its whole group. */
  readonly lag: { readonly messages: number; readonly of: 'worker' | 'group' } | undefined;
  readonly connected: boolean;
  /** Whether results cannot be stored at the moment, so that they wait. */
  readonly stalled: boolean;
}

/** The counts at the start of a worker. */
export const NO_WORK: WorkCounts = {
  classified: 0,
  retried: 0,
  deadLetters: 0,
  lost: 0,
  partitions: undefined,
  lag: undefined,
  connected: true,
  stalled: false,
};

/** The counts after an event. */
export const afterEvent = (counts: WorkCounts, event: WorkEvent): WorkCounts => {
  switch (event.type) {
    case 'retried':
      return { ...counts, retried: counts.retried + 1 };
    case 'dead-letter':
      return { ...counts, deadLetters: counts.deadLetters + 1 };
    case 'rebalanced':
      // A worker without partitions has no results that could wait.
      return { ...counts, partitions: event.partitions, stalled: counts.stalled && event.partitions.length > 0 };
    case 'connected':
    case 'disconnected':
      return { ...counts, connected: event.type === 'connected' };
    case 'stalled':
    case 'resumed':
      return { ...counts, stalled: event.type === 'stalled' };
    case 'lag':
      return { ...counts, lag: { messages: event.messages, of: event.of } };
    case 'lost':
      return { ...counts, lost: counts.lost + event.messages };
    case 'unsettled':
    case 'unreadable':
      return counts;
  }
};

const number = (value: number): string => value.toLocaleString('en-US');

/** The counts as a line, with the rate since the previous counts. */
export const workLine = (now: WorkCounts, before: WorkCounts, seconds: number, models: readonly string[]): string =>
  [
    `${number(Math.round((now.classified - before.classified) / seconds))} headlines/s`,
    `${number(now.classified)} classified`,
    ...(now.lag === undefined ? [] : [`${number(now.lag.messages)} waiting`]),
    `${number(now.retried)} delivered again`,
    `${number(now.deadLetters)} dead letters`,
    ...(now.lost === 0 ? [] : [`${number(now.lost)} lost`]),
    ...(now.partitions === undefined ? [] : [`partitions ${now.partitions.join(', ') || 'none'}`]),
    ...(now.stalled ? ['results wait'] : []),
    ...(now.connected ? [] : ['connection lost']),
    `model ${models.map((id) => id.slice(0, 12)).join(' and ')}`,
  ].join('  ');
