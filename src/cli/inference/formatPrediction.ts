import { stringify } from 'csv-stringify/sync';
import { answerOf, type AnswerOptions, roundedProbability } from './answers.js';
import { printable } from '../../sinks/terminal/printable.js';

/** A headline with what a model makes of it. */
export interface ClassifiedHeadline {
  readonly title: string;
  /** The most probable class. */
  readonly category: string;
  /** How many of its tokens the model knows. */
  readonly known: number;
  /** Class names with their probabilities, the most probable first; equals in the order of the label encoder. */
  readonly distribution: readonly (readonly [category: string, probability: number])[];
}

/** Class names with their probabilities, the most probable first. */
export const sortedDistribution = (
  classes: readonly string[],
  probabilities: Float32Array,
): ClassifiedHeadline['distribution'] =>
  classes.map((category, c) => [category, probabilities[c] ?? 0] as const).sort(([, a], [, b]) => b - a);

/** How `predict` can write. */
export type PredictionFormat = 'text' | 'csv' | 'jsonl';

/** How `predict` can write, in the order of `--help`. */
export const PREDICTION_FORMATS: readonly PredictionFormat[] = ['text', 'csv', 'jsonl'];

/** A way of writing predictions: what stands before the first, and each one's line. */
export interface PredictionFormatter {
  readonly header: string;
  line(prediction: ClassifiedHeadline): string;
}

const text = ({ top = Infinity, unsureBelow }: AnswerOptions): PredictionFormatter => ({
  header: '',
  line: (prediction) => {
    const { title, known, distribution } = prediction;
    const told = distribution.slice(0, top);
    return `${printable(title.replaceAll(/\s+/g, ' ').trim())} → ${printable(answerOf(prediction, unsureBelow))} (${told.map(([name, probability]) => `${printable(name)} ${probability.toFixed(3)}`).join(', ')})${known === 0 ? ' [nothing read: no token is known]' : ''}\n`;
  },
});

/** Every class has a column; with `--top` the most probable ones are told by rank. */
const csv = (classes: readonly string[], { top, unsureBelow }: AnswerOptions): PredictionFormatter => {
  const ranks = Array.from({ length: Math.min(top ?? 0, classes.length) }, (_, k) => k);
  const answered = (prediction: ClassifiedHeadline, k: number): readonly string[] => {
    const [name = '', value = 0] = prediction.distribution[k] ?? [];
    return [k === 0 ? answerOf(prediction, unsureBelow) : name, roundedProbability(value)];
  };
  const suffix = (k: number): string => (k === 0 ? '' : `_${k + 1}`);
  if (ranks.length > 0)
    return {
      header: stringify([['title', ...ranks.flatMap((k) => [`class${suffix(k)}`, `probability${suffix(k)}`])]]),
      line: (prediction) => stringify([[prediction.title, ...ranks.flatMap((k) => answered(prediction, k))]]),
    };
  return {
    header: stringify([['title', 'class', ...classes]]),
    line: (prediction) => {
      const byName = new Map(prediction.distribution);
      return stringify([
        [
          prediction.title,
          answerOf(prediction, unsureBelow),
          ...classes.map((name) => roundedProbability(byName.get(name) ?? 0)),
        ],
      ]);
    },
  };
};

const jsonl = ({ top = Infinity, unsureBelow }: AnswerOptions): PredictionFormatter => ({
  header: '',
  line: (prediction) => {
    const { title, known, distribution } = prediction;
    // Written by hand: an object would put a class named "2" before one named "b", whatever their probabilities.
    const probabilities = distribution
      .slice(0, top)
      .map(([name, probability]) => `${JSON.stringify(name)}:${JSON.stringify(probability)}`)
      .join(',');
    return `{"title":${JSON.stringify(title)},"class":${JSON.stringify(answerOf(prediction, unsureBelow))},"probabilities":{${probabilities}},"known":${known}}\n`;
  },
});

/**
 * The way of writing that a name stands for.
 *
 * @param format `text`: headline → class (distribution), `csv`: a header and a column a class, `jsonl`: a JSON object a
 *   line
 * @param classes the class names by index
 * @param options how many classes are told, and from which probability on
 */
export const predictionFormatter = (
  format: PredictionFormat,
  classes: readonly string[],
  options: AnswerOptions = {},
): PredictionFormatter => {
  switch (format) {
    case 'text':
      return text(options);
    case 'csv':
      return csv(classes, options);
    case 'jsonl':
      return jsonl(options);
  }
};
