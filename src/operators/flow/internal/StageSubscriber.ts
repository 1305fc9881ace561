import { type Observer, Subscription } from 'rxjs';
import type { FlowPath, FlowStageRecord } from './FlowStageRecord.js';
import type { PassageWatch } from './PassageWatch.js';

/**
 * One subscription of `trace` that is watched: it passes each notification on, and counts values.
 *
 * `next` runs for each value of each stage, and the operators of a stage may need only tens of nanoseconds for a value.
 * So it does little: it follows the path of the value and counts the value, in fields of objects at hand. All else is
 * done for the few passages that `WorkClock` times.
 *
 * It is a `Subscription` with the methods of an `Observer`, which RxJS takes as the subscriber itself. Were it a plain
 * observer, RxJS would put a `SafeSubscriber` before it, which takes longer for a value than the watch.
 */
export class StageSubscriber<T> extends Subscription implements Observer<T> {
  readonly #watch: PassageWatch;
  readonly #stage: FlowStageRecord;
  readonly #next: FlowStageRecord | undefined;
  readonly #destination: Observer<T>;
  #path: FlowPath;

  /** @param next the stage that has subscribed, if it is known */
  constructor(
    watch: PassageWatch,
    stage: FlowStageRecord,
    next: FlowStageRecord | undefined,
    destination: Observer<T>,
  ) {
    super(() => (stage.subscriptions -= 1));
    this.#watch = watch;
    this.#stage = stage;
    this.#next = next;
    this.#destination = destination;
    this.#path = stage.path(undefined, next);
  }

  next(value: T): void {
    if (this.closed) return;
    const watch = this.#watch;
    const stage = this.#stage;
    const before = watch.emitting;
    if (this.#path.from !== before) this.#path = stage.path(before, this.#next);
    this.#path.values += 1;
    if (watch.clock.isDue(stage)) watch.passing(stage);
    watch.emitting = stage;
    this.#destination.next(value);
    watch.emitting = before;
    if (watch.clock.isDue(stage)) watch.returning(stage, this.#next);
  }

  error(error: unknown): void {
    if (this.closed) return;
    this.#stage.errors += 1;
    this.#end(() => this.#destination.error(error));
  }

  complete(): void {
    if (this.closed) return;
    this.#end(() => this.#destination.complete());
  }

  /**
   * Tells the subscriber that the stage has ended. What is subscribed to during the call, such as the next source of
   * `concat`, belongs to the stage after this one.
   */
  #end(tell: () => void): void {
    try {
      this.#watch.subscribing(this.#next, tell);
    } finally {
      this.unsubscribe();
    }
  }
}
