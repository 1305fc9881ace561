import { flowProbe, type Holding, type FlowProbe, type StageProbe } from '../../contracts/flow/FlowProbe.js';

/** The stages before and after the queue. */
interface Way {
  readonly from: StageProbe | undefined;
  readonly to: StageProbe;
}

/**
 * Reports the queue to `watchFlow`. Stages count headlines. A stage appears when the first headline passes it.
 *
 * ```
 * requests ───┐                     ┌─→ answers
 *             ├─→ queue ─→ classify ┤
 * the feeds ──┘                     └─→ events
 * ```
 */
export class QueueFlow {
  readonly #probe: FlowProbe;
  readonly #classify: StageProbe;
  readonly #queue: StageProbe;
  readonly #leave: () => void;
  readonly #stages: StageProbe[];
  #requests: Way | undefined;
  #feeds: Way | undefined;

  private constructor(probe: FlowProbe, holding: Holding) {
    this.#probe = probe;
    this.#classify = probe.stage('classify');
    this.#queue = this.#classify.subscribing(() => probe.stage('queue'));
    this.#leave = this.#queue.subscribing(() => probe.holding(holding));
    this.#stages = [this.#classify, this.#queue];
  }

  /** Undefined if there is no watch. */
  static of(holding: Holding): QueueFlow | undefined {
    const probe = flowProbe();
    return probe === undefined ? undefined : new QueueFlow(probe, holding);
  }

  /** Runs a subscription to live headlines, as the stage before the queue. */
  feeding<T>(subscribe: () => T): T {
    this.#feeds ??= this.#way(undefined, 'events');
    return this.#queue.subscribing(subscribe);
  }

  /** Reports headlines of a request. */
  requested(headlines: number): void {
    this.#requests ??= this.#way('requests', 'answers');
    const { from } = this.#requests;
    from?.passing(headlines, () => undefined);
  }

  /** Runs the work on headlines that leave the queue. */
  work<T>(headlines: number, work: () => T): T {
    return this.#queue.passing(headlines, work);
  }

  /** Runs the delivery of predictions. */
  classified(headlines: number, deliver: () => void): void {
    this.#classify.passing(headlines, deliver);
  }

  /** Runs the code with which a client processes its predictions. */
  handOn(headlines: number, isFeed: boolean, take: () => void): void {
    const to = (isFeed ? this.#feeds : this.#requests)?.to;
    if (to === undefined) take();
    else to.passing(headlines, take);
  }

  /** Reports that a batch could not be classified. */
  failed(): void {
    this.#classify.failed();
  }

  /** Reports the end of the queue. */
  left(): void {
    this.#leave();
    for (const stage of this.#stages) stage.left();
  }

  #way(from: string | undefined, to: string): Way {
    const last = this.#probe.stage(to, true);
    this.#stages.push(
      last,
      last.subscribing(() => this.#probe.stage('classify')),
    );
    if (from === undefined) return { from: undefined, to: last };
    const first = this.#queue.subscribing(() => this.#probe.stage(from));
    this.#stages.push(first);
    return { from: first, to: last };
  }
}
