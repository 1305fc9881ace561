import type { DriftDetected } from '../../contracts/live/Learning.js';
import { hashOfText, SeenTexts } from '../../text/SeenTexts.js';
import { mcNemar } from '../../sinks/metrics/compareAnswers.js';
import type { LearntRecord, TrainingRecord } from '../../contracts/training/TrainingRecord.js';

/** A right class, with the predictions of two models before either learnt from it. */
export interface Tallied {
  readonly title: string;
  readonly category: string;
  /** The prediction of the model that learns. */
  readonly learning: string;
  /** The prediction of the model that does not learn. */
  readonly before: string;
  /** The cross-entropy of the prediction of the model that learns, in nats. */
  readonly loss: number;
}

/** The number of labels in a point of the curve. */
const STEP = 10;

/** A group of consecutive labels, and how many of them each model predicted correctly. */
export interface CurvePoint {
  readonly rows: number;
  readonly learning: number;
  readonly before: number;
  /** How often drift was detected in it: the error rate had changed. */
  readonly drifts: number;
}

/** The error rate before a change, and since. */
export type Drift = Pick<DriftDetected, 'before' | 'after'>;

/**
 * Counts the correct predictions of a model that learns, and of the original model. Each label is a test before it is
 * learnt.
 */
export class LabelTally {
  readonly #classes: readonly string[];
  readonly #confusion: number[];
  readonly #known: SeenTexts | undefined;
  #seen = 0;
  #until: string | undefined;
  #onlyLearning = 0;
  #onlyBefore = 0;
  /** The hashes of the titles. */
  readonly #texts: number[] = [];
  #rows = 0;
  #learning = 0;
  #before = 0;
  #loss = 0;
  #step = STEP;
  #points: CurvePoint[] = [];
  #drift: Drift | undefined;

  /** @param known texts that the model has seen before; their labels are not counted */
  constructor(classes: readonly string[], known?: SeenTexts) {
    this.#classes = classes;
    this.#known = known;
    this.#confusion = new Array<number>(classes.length ** 2).fill(0);
  }

  add({ title, category, learning, before, loss }: Tallied): void {
    this.#texts.push(hashOfText(title));
    if (this.#known?.has(title) === true) {
      this.#seen += 1;
      return;
    }
    const hits = { learning: Number(learning === category), before: Number(before === category) };
    const [label, predicted] = [this.#classes.indexOf(category), this.#classes.indexOf(learning)];
    this.#confusion[label * this.#classes.length + predicted]! += 1;
    this.#rows += 1;
    this.#learning += hits.learning;
    this.#before += hits.before;
    this.#loss += loss;
    if (hits.learning > hits.before) this.#onlyLearning += 1;
    if (hits.before > hits.learning) this.#onlyBefore += 1;
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

  markDrift({ before, after }: Drift): void {
    const last = this.#points.at(-1);
    if (last === undefined) return;
    this.#points[this.#points.length - 1] = { ...last, drifts: last.drifts + 1 };
    this.#drift = { before, after };
  }

  get drift(): Drift | undefined {
    return this.#drift;
  }

  /** Merges pairs of points, so that the curve has at most 40 points for any number of labels. */
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

  /** The number of counted labels. */
  get rows(): number {
    return this.#rows;
  }

  /** The number of labels that are not counted, because the model has seen their texts before. */
  get seen(): number {
    return this.#seen;
  }

  /**
   * The p-value of a loss by the learning (McNemar); undefined if the model that learns is right at least as often as
   * the one that does not.
   */
  get worse(): number | undefined {
    return this.#onlyBefore > this.#onlyLearning ? mcNemar(this.#onlyBefore, this.#onlyLearning) : undefined;
  }

  /** Notes the time of a label in a file of labels. */
  markTime(labelled: string): void {
    if (this.#until === undefined || Date.parse(labelled) > Date.parse(this.#until)) this.#until = labelled;
  }

  /** The accuracy of the model that learns; each label is predicted before it is learnt. */
  get accuracy(): number {
    return this.#rows === 0 ? 0 : this.#learning / this.#rows;
  }

  /** The accuracy of the model that does not learn. */
  get accuracyBefore(): number {
    return this.#rows === 0 ? 0 : this.#before / this.#rows;
  }

  /** The accuracy of both models over time. */
  get curve(): readonly CurvePoint[] {
    return this.#points;
  }

  /** The titles of the labels. */
  get texts(): SeenTexts {
    return SeenTexts.fromHashes(Uint32Array.from(this.#texts));
  }

  /**
   * The training record of the saved model: the labels are its test rows.
   *
   * @param from the id of the model before it learnt
   * @param before what that model had learnt
   */
  record(from: string, before?: LearntRecord): TrainingRecord {
    const until = this.#until ?? before?.until;
    return {
      epochs: [],
      confusion: this.#confusion,
      accuracy: this.#rows === 0 ? null : this.accuracy,
      loss: this.#rows === 0 ? null : this.#loss / this.#rows,
      learnt: {
        from,
        rows: this.#rows,
        accuracy: this.accuracy,
        accuracyBefore: this.accuracyBefore,
        ...(until === undefined ? {} : { until }),
      },
    };
  }
}
