import { type Observable, Subject } from 'rxjs';
import type { EventLog } from './eventLog.js';

/** How much is remembered. */
export interface EventHistoryOptions {
  /** The most events. */
  readonly events: number;
  /** The most bytes of all of them. */
  readonly bytes: number;
  /** Tells the events of this server from those of an earlier one; without a hyphen. */
  readonly epoch: string;
  /** Where its events are kept, and what was kept of them before. Default: nowhere. */
  readonly log?: EventLog | undefined;
}

/** Where a listener goes on. */
export interface Resumption {
  /** The number of the first event that it has not had, or the oldest that is left. */
  readonly next: number;
  /** How many it has missed for good; undefined where it was listening to an earlier server, and nobody knows. */
  readonly missed: number | undefined;
}

/**
 * The last events, each written once for all listeners, as a server-sent event with an id.
 *
 * Listeners have no queues of their own: each has a number, and reads on from there as fast as it can. One that is
 * slower than the history is long has missed what is no longer in it, and is told how many.
 */
export class EventHistory {
  readonly #options: EventHistoryOptions;
  readonly #frames: (Buffer | undefined)[];
  readonly #grown$ = new Subject<void>();
  #first = 0;
  #end = 0;
  #bytes = 0;

  constructor(options: EventHistoryOptions) {
    this.#options = options;
    this.#frames = new Array<Buffer | undefined>(options.events);
    const { log } = options;
    if (log === undefined) return;
    this.#first = this.#end = log.first;
    for (const frame of log.frames) this.#push(frame);
  }

  /** Emits when there is a further event. */
  get grown$(): Observable<void> {
    return this.#grown$;
  }

  /** The number of the oldest event that is left. */
  get first(): number {
    return this.#first;
  }

  /** The number that the next event will have. */
  get end(): number {
    return this.#end;
  }

  /** Remembers an event. @param json its data: JSON, so without line breaks */
  add(type: string, json: string): void {
    const { epoch, log } = this.#options;
    const frame = Buffer.from(`id: ${epoch}-${this.#end}\nevent: ${type}\ndata: ${json}\n\n`);
    // Before anybody is told of it: an event that was sent is there after a restart.
    log?.append(frame);
    this.#push(frame);
    if (log?.isLong === true) log.rewrite(this.#all());
    this.#grown$.next();
  }

  /** Those that are left. */
  #all(): readonly Buffer[] {
    return Array.from({ length: this.#end - this.#first }, (_, i) => this.frame(this.#first + i));
  }

  #push(frame: Buffer): void {
    const { events, bytes } = this.#options;
    this.#bytes += frame.length;
    while (this.#first < this.#end && (this.#end - this.#first >= events || this.#bytes > bytes)) {
      const oldest = this.#first++ % events;
      this.#bytes -= this.#frames[oldest]!.length;
      this.#frames[oldest] = undefined;
    }
    this.#frames[this.#end++ % events] = frame;
  }

  /** An event that is left. */
  frame(number: number): Buffer {
    return this.#frames[number % this.#options.events]!;
  }

  /** Where a listener goes on that has had the event of this id last; where it names none, at the `last` events. */
  resume(lastEventId: string | undefined, last = 0): Resumption {
    if (lastEventId === undefined || lastEventId === '')
      return { next: Math.max(this.#first, this.#end - last), missed: 0 };
    const [, epoch, digits] = /^([^-]+)-(\d{1,15})$/.exec(lastEventId) ?? [];
    const next = Number(digits) + 1;
    if (epoch !== this.#options.epoch || !(next <= this.#end)) return { next: this.#first, missed: undefined };
    return { next: Math.max(next, this.#first), missed: Math.max(0, this.#first - next) };
  }
}
