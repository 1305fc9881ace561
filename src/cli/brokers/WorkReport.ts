import type { WorkEvent } from '../../brokers/WorkEvent.js';

/** What a worker has done so far. */
export interface WorkCounts {
  readonly classified: number;
  readonly retried: number;
  readonly deadLetters: number;
  readonly unsettled: number;
  /** The partitions of this worker, where its broker has some. */
  readonly partitions: readonly number[] | undefined;
  readonly connected: boolean;
}

/** Counts what a worker does. */
export class WorkReport {
  #classified = 0;
  #retried = 0;
  #deadLetters = 0;
  #unsettled = 0;
  #partitions: readonly number[] | undefined;
  #connected = true;

  get counts(): WorkCounts {
    return {
      classified: this.#classified,
      retried: this.#retried,
      deadLetters: this.#deadLetters,
      unsettled: this.#unsettled,
      partitions: this.#partitions,
      connected: this.#connected,
    };
  }

  classified(): void {
    this.#classified += 1;
  }

  take(event: WorkEvent): void {
    switch (event.type) {
      case 'retried':
        this.#retried += 1;
        break;
      case 'dead-letter':
        this.#deadLetters += 1;
        break;
      case 'unsettled':
        this.#unsettled += 1;
        break;
      case 'rebalanced':
        this.#partitions = event.partitions;
        break;
      case 'connected':
      case 'disconnected':
        this.#connected = event.type === 'connected';
    }
  }
}

const number = (value: number): string => value.toLocaleString('en-US');

/** The counts as a line, with the rate since the counts before. */
export const workLine = (now: WorkCounts, before: WorkCounts, seconds: number, model: string): string =>
  [
    `${number(Math.round((now.classified - before.classified) / seconds))} headlines/s`,
    `${number(now.classified)} classified`,
    `${number(now.retried)} delivered again`,
    `${number(now.deadLetters)} put aside`,
    ...(now.partitions === undefined ? [] : [`partitions ${now.partitions.join(', ') || 'none'}`]),
    ...(now.connected ? [] : ['connection lost']),
    `model ${model}`,
  ].join('  ');
