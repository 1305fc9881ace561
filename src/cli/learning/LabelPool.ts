import { from, lastValueFrom, type OperatorFunction, toArray } from 'rxjs';
import type { LiveHeadline, LivePrediction } from '../../contracts/live/Live.js';
import { headlineOf } from './labelTrial.js';

/** A headline without a label, with the current prediction of the model. */
export interface Unlabelled {
  readonly title: string;
  readonly prediction: LivePrediction;
  /** The probability of its class minus that of the next class. A smaller value means less certainty. */
  readonly margin: number;
}

/** The maximum number of headlines that are classified again after a label: the least certain ones. */
const RECENT = 256;

/** After this number of labels, all headlines are classified again. */
const ALL_AFTER = 25;

const marginOf = ({ distribution: [first, second] }: LivePrediction): number =>
  (first?.probability ?? 1) - (second?.probability ?? 0);

/** Headlines that wait for a label, the least certain first. */
export class LabelPool {
  readonly #classify: OperatorFunction<readonly LiveHeadline[], LivePrediction>;
  #waiting: readonly Unlabelled[] = [];
  #since = 0;

  /** @param classify classifies headlines with the current model */
  constructor(classify: OperatorFunction<readonly LiveHeadline[], LivePrediction>) {
    this.#classify = classify;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** The headline with the least certain prediction; undefined if none is left. */
  get next(): Unlabelled | undefined {
    return this.#waiting[0];
  }

  async add(titles: readonly string[]): Promise<void> {
    this.#waiting = this.#sorted([...this.#waiting, ...(await this.#look(titles))]);
  }

  /** Removes the next headline, because it was labelled or skipped. */
  take(): void {
    this.#waiting = this.#waiting.slice(1);
  }

  async putBack(title: string): Promise<void> {
    await this.refresh();
    this.#waiting = [...(await this.#look([title])), ...this.#waiting];
  }

  /** Classifies headlines again after the model has learnt a label. */
  async refresh(): Promise<void> {
    this.#since += 1;
    const isAll = this.#since >= ALL_AFTER;
    if (isAll) this.#since = 0;
    const some = isAll ? this.#waiting : this.#waiting.slice(0, RECENT);
    const rest = isAll ? [] : this.#waiting.slice(RECENT);
    this.#waiting = this.#sorted([...(await this.#look(some.map(({ title }) => title))), ...rest]);
  }

  async #look(titles: readonly string[]): Promise<readonly Unlabelled[]> {
    const batches: LiveHeadline[][] = [];
    for (let i = 0; i < titles.length; i += 64)
      batches.push(titles.slice(i, i + 64).map((title, j) => headlineOf(title, i + j)));
    const predictions = await lastValueFrom(from(batches).pipe(this.#classify, toArray()));
    return predictions.map((prediction) => ({
      title: prediction.headline.title,
      prediction,
      margin: marginOf(prediction),
    }));
  }

  #sorted(all: readonly Unlabelled[]): readonly Unlabelled[] {
    return all.toSorted((a, b) => a.margin - b.margin);
  }
}
