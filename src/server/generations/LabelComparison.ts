import { LastLabels, type LabelledHeadline } from '../../contracts/live/LastLabels.js';
import type { LivePrediction } from '../../contracts/live/Live.js';

/** The results of one model on labels. */
export interface LabelResult {
  /** The labels that it predicted correctly. */
  readonly right: number;
  /** Their share; null without labels. */
  readonly accuracy: number | null;
  /** The 95 % confidence interval of the share (Wilson); null without labels. */
  readonly interval: readonly [low: number, high: number] | null;
  /** The mean cross-entropy, in nats; null without labels. */
  readonly logLoss: number | null;
}

/** The results of two models on the same labels. */
export interface LabelComparisonView {
  /** At most the last 10,000; of labels for the same headline only the last one. */
  readonly labels: number;
  readonly inUse: LabelResult;
  readonly candidate: LabelResult;
  /** The labels that only one of the models predicted correctly. */
  readonly onlyInUse: number;
  readonly onlyCandidate: number;
  /**
   * The probability of such a difference, at any time of the comparison, between two models that are right equally
   * often. At most 1.
   */
  readonly p: number;
  /** The model that is right more often, by more than chance: p is below 0.05. Null if that is not known. */
  readonly better: 'in-use' | 'candidate' | null;
}

/** A label, and what both models made of it. */
interface Outcome {
  readonly inUse: { readonly right: boolean; readonly loss: number };
  readonly candidate: { readonly right: boolean; readonly loss: number };
}

/** The maximum number of labels. */
const MOST = 10_000;

/** A probability below the smallest float32 is 0, and its logarithm is not finite. */
const LEAST = 2 ** -149;

/** The quantile of the normal distribution for 95 %, from both sides. */
const Z = 1.959964;

/** The probability of a wrong verdict. */
const ALPHA = 0.05;

/**
 * The confidence interval of a share.
 *
 * @see E. B. Wilson, Probable inference, the law of succession, and statistical inference. JASA 1927.
 */
export const wilson = (right: number, all: number): readonly [low: number, high: number] => {
  const share = right / all;
  const middle = share + Z ** 2 / (2 * all);
  const reach = Z * Math.sqrt((share * (1 - share)) / all + Z ** 2 / (4 * all ** 2));
  const whole = 1 + Z ** 2 / all;
  return [Math.max(0, (middle - reach) / whole), Math.min(1, (middle + reach) / whole)];
};

/**
 * The p-value of a difference that is looked at again and again while labels arrive. It counts the labels that only one
 * of two models predicted correctly. Between equally good models, each of them belongs to either with probability ½.
 *
 * A test for a fixed number of labels, such as McNemar's, would find a difference between equal models sooner or later,
 * if it is repeated after every label. This p-value is the inverse of a likelihood ratio: the mean over all
 * probabilities, against ½. The ratio is a martingale under ½, so it ever exceeds 1/α with a probability of at most α.
 *
 * @see H. Robbins, Statistical methods related to the law of the iterated logarithm. Annals of Mathematical Statistics
 *   1970.
 */
export const sequentialP = (onlyFirst: number, onlySecond: number): number => {
  let log = 0;
  // Each factor is the predicted probability of the next value (the rule of succession), divided by ½. The ratio does
  // not depend on the order of the values.
  for (let k = 0; k < onlyFirst; k++) log += Math.log((2 * (k + 1)) / (k + 2));
  for (let k = 0; k < onlySecond; k++) log += Math.log((2 * (k + 1)) / (onlyFirst + k + 2));
  return Math.min(1, Math.exp(-log));
};

const outcomeOf = ({ category, distribution }: LivePrediction, label: string): Outcome['inUse'] => ({
  right: category === label,
  loss: -Math.log(Math.max(LEAST, distribution.find((one) => one.category === label)?.probability ?? 0)),
});

/** Counts how often each of two models is right on the same labels. */
export class LabelComparison {
  readonly #outcomes = new LastLabels<Outcome>();

  /** Adds a label, with the predictions that both models made before they knew it. */
  add(headline: LabelledHeadline, label: string, ours: LivePrediction, theirs: LivePrediction): void {
    this.#outcomes.add(headline, { inUse: outcomeOf(ours, label), candidate: outcomeOf(theirs, label) });
    if (this.#outcomes.size > MOST) this.#outcomes.shift();
  }

  get view(): LabelComparisonView {
    const outcomes = [...this.#outcomes.values()];
    const labels = outcomes.length;
    const resultOf = (of: keyof Outcome): LabelResult => {
      const right = outcomes.filter((outcome) => outcome[of].right).length;
      if (labels === 0) return { right, accuracy: null, interval: null, logLoss: null };
      return {
        right,
        accuracy: right / labels,
        interval: wilson(right, labels),
        logLoss: outcomes.reduce((sum, outcome) => sum + outcome[of].loss, 0) / labels,
      };
    };
    const onlyInUse = outcomes.filter(({ inUse, candidate }) => inUse.right && !candidate.right).length;
    const onlyCandidate = outcomes.filter(({ inUse, candidate }) => !inUse.right && candidate.right).length;
    const p = sequentialP(onlyInUse, onlyCandidate);
    return {
      labels,
      inUse: resultOf('inUse'),
      candidate: resultOf('candidate'),
      onlyInUse,
      onlyCandidate,
      p,
      better: p >= ALPHA ? null : onlyCandidate > onlyInUse ? 'candidate' : 'in-use',
    };
  }
}
