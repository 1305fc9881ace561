import { type Observable, Subject } from 'rxjs';
import type { EventLog } from './eventLog.js';

/** The limits of the history. */
export interface EventHistoryOptions {
  readonly events: number;
  /** The maximum size of all events. Bytes. */
  readonly bytes: number;
  /** Distinguishes the events of this server from those of an earlier server. It contains no hyphen. */
  readonly epoch: string;
  /** The log that stores the events, and has the events of earlier servers. Default: events are only in memory. */
  readonly log?: EventLog | undefined;
}

/** The position at which a listener continues. */
export interface Resumption {
  /** The number of the first event that the listener has not received, or of the oldest event in the history. */
  readonly next: number;
  /**
   * How many events the listener has lost; undefined if it listened to an earlier server, so that the number is
   * unknown.
   */
  readonly missed: number | undefined;
}

/** The number of subjects whose latest state is kept. A feed has two: its last event, and its title. */
const MOST_SUBJECTS = 10_000;

/**
 * The last events. Each is encoded once for all listeners, as a server-sent event with an id.
 *
 * Listeners have no queues of their own. Each listener has a position in the history and reads from there at its own
 * speed. A listener that falls behind the oldest event loses events, and is told how many.
 */
export class EventHistory {
  readonly #options: EventHistoryOptions;
  readonly #frames: (Buffer | undefined)[];
  readonly #states = new Map<string, { readonly number: number; readonly frame: string }>();
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

  /** Emits when an event was added. */
  get grown$(): Observable<void> {
    return this.#grown$;
  }

  /** The number of the oldest event in the history. */
  get first(): number {
    return this.#first;
  }

  /** The number of the next event. */
  get end(): number {
    return this.#end;
  }

  /**
   * Adds an event.
   *
   * @param json its data as JSON, so without line breaks
   * @param subjects what it tells the latest state of; that state is kept when the event is no longer in the history
   */
  add(type: string, json: string, subjects: readonly string[] = []): void {
    const { epoch, log } = this.#options;
    for (const subject of subjects) {
      this.#states.delete(subject);
      this.#states.set(subject, { number: this.#end, frame: `event: ${type}\ndata: ${json}\n\n` });
      const [oldest = ''] = this.#states.keys();
      if (this.#states.size > MOST_SUBJECTS) this.#states.delete(oldest);
    }
    const frame = Buffer.from(`id: ${epoch}-${this.#end}\nevent: ${type}\ndata: ${json}\n\n`);
    // The event is stored before listeners receive it. So a sent event is available after a restart.
    log?.append(frame);
    this.#push(frame);
    if (log?.isLong === true) log.rewrite(this.#all());
    this.#grown$.next();
  }

  /**
   * The latest state of each subject, if it was told before an event, the oldest first. Without ids, so that a listener
   * does not resume there.
   */
  statesBefore(number: number): readonly string[] {
    const frames = [...this.#states.values()].filter((state) => state.number < number).map(({ frame }) => frame);
    return [...new Set(frames)];
  }

  /** Keeps no state of these subjects any more. */
  forget(subjects: readonly string[]): void {
    for (const subject of subjects) this.#states.delete(subject);
  }

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

  frame(number: number): Buffer {
    return this.#frames[number % this.#options.events]!;
  }

  /** The position for a listener whose last event has this id. Without an id, it starts with the `last` events. */
  resume(lastEventId: string | undefined, last = 0): Resumption {
    if (lastEventId === undefined || lastEventId === '')
      return { next: Math.max(this.#first, this.#end - last), missed: 0 };
    const [, epoch, digits] = /^([^-]+)-(\d{1,15})$/.exec(lastEventId) ?? [];
    const next = Number(digits) + 1;
    if (epoch !== this.#options.epoch || !(next <= this.#end)) return { next: this.#first, missed: undefined };
    return { next: Math.max(next, this.#first), missed: Math.max(0, this.#first - next) };
  }
}
