import type { DriftDetected } from '../../contracts/live/Learning.js';
import type { TrainingRecord } from '../../contracts/training/TrainingRecord.js';

/** A right class, with what two models had said before either learnt from it. */
export interface Tallied {
  readonly category: string;
  /** What the model that learns had said. */
  readonly learning: string;
  /** What the model had said that does not learn. */
  readonly before: string;
  /** The cross-entropy of what the model that learns had said, in nats. */
  readonly loss: number;
}

/** How many labels a point of the curve is of. */
const STEP = 10;

/** A stretch of labels, and how many of them each model got right. */
export interface CurvePoint {
  readonly rows: number;
  readonly learning: number;
  readonly before: number;
  /** How many times drift was noticed in it: the share of errors had changed. */
  readonly drifts: number;
}

/** The share of errors before a change, and since. */
export type Drift = Pick<DriftDetected, 'before' | 'after'>;

/** Counts what a model that learns gets right, beside the model as it was. Each label tests before it is learnt. */
export class LabelTally {
  readonly #classes: readonly string[];
  readonly #confusion: number[];
  #rows = 0;
  #learning = 0;
  #before = 0;
  #loss = 0;
  #step = STEP;
  #points: CurvePoint[] = [];
  #drift: Drift | undefined;

  constructor(classes: readonly string[]) {
    this.#classes = classes;
    this.#confusion = new Array<number>(classes.length ** 2).fill(0);
  }

  add({ category, learning, before, loss }: Tallied): void {
    const hits = { learning: Number(learning === category), before: Number(before === category) };
    const [label, predicted] = [this.#classes.indexOf(category), this.#classes.indexOf(learning)];
    this.#confusion[label * this.#classes.length + predicted]! += 1;
    this.#rows += 1;
    this.#learning += hits.learning;
    this.#before += hits.before;
    this.#loss += loss;
    const last = this.#points.at(-1);
    if (last === undefined || last.rows >= this.#step) this.#points.push({ rows: 1, ...hits, drifts: 0 });
    else {
      this.#points[this.#points.length - 1] = {
        rows: last.rows + 1,
        learning: last.learning + hits.learning,
        before: last.before + hits.before,
        drifts: last.drifts,
      };
    }
    if (this.#points.length > 40) this.#halve();
  }

  /** Drift was noticed at the last label. */
  markDrift({ before, after }: Drift): void {
    const last = this.#points.at(-1);
    if (last === undefined) return;
    this.#points[this.#points.length - 1] = { ...last, drifts: last.drifts + 1 };
    this.#drift = { before, after };
  }

  /** The last drift that was noticed. */
  get drift(): Drift | undefined {
    return this.#drift;
  }

  /** Two neighbours become one, so that the curve of any number of labels has at most 40 points. */
  #halve(): void {
    this.#step *= 2;
    const points = this.#points;
    this.#points = [];
    for (let i = 0; i < points.length; i += 2) {
      const [a, b] = [points[i]!, points[i + 1]];
      this.#points.push({
        rows: a.rows + (b?.rows ?? 0),
        learning: a.learning + (b?.learning ?? 0),
        before: a.before + (b?.before ?? 0),
        drifts: a.drifts + (b?.drifts ?? 0),
      });
    }
  }

  get rows(): number {
    return this.#rows;
  }

  /** The share that the model got right that learns, each label before it was learnt. */
  get accuracy(): number {
    return this.#rows === 0 ? 0 : this.#learning / this.#rows;
  }

  /** The share that the model gets right that does not learn. */
  get accuracyBefore(): number {
    return this.#rows === 0 ? 0 : this.#before / this.#rows;
  }

  /** Both over time. */
  get curve(): readonly CurvePoint[] {
    return this.#points;
  }

  /** What a saved model says of it: the labels are its test rows. */
  record(from: string): TrainingRecord {
    return {
      epochs: [],
      confusion: this.#confusion,
      accuracy: this.#rows === 0 ? null : this.accuracy,
      loss: this.#rows === 0 ? null : this.#loss / this.#rows,
      learnt: { from, rows: this.#rows, accuracy: this.accuracy, accuracyBefore: this.accuracyBefore },
    };
  }
}
