import { stringify } from 'csv-stringify/sync';
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

const text = (): PredictionFormatter => ({
  header: '',
  line: ({ title, category, known, distribution }) =>
    `${printable(title.replaceAll(/\s+/g, ' ').trim())} → ${printable(category)} (${distribution.map(([name, probability]) => `${printable(name)} ${probability.toFixed(3)}`).join(', ')})${known === 0 ? ' [nothing read: no token is known]' : ''}\n`,
});

const csv = (classes: readonly string[]): PredictionFormatter => ({
  header: stringify([['title', 'class', ...classes]]),
  line: ({ title, category, distribution }) => {
    const byName = new Map(distribution);
    return stringify([[title, category, ...classes.map((name) => String(byName.get(name)))]]);
  },
});

const jsonl = (): PredictionFormatter => ({
  header: '',
  line: ({ title, category, known, distribution }) => {
    // Written by hand: an object would put a class named "2" before one named "b", whatever their probabilities.
    const probabilities = distribution
      .map(([name, probability]) => `${JSON.stringify(name)}:${JSON.stringify(probability)}`)
      .join(',');
    return `{"title":${JSON.stringify(title)},"class":${JSON.stringify(category)},"probabilities":{${probabilities}},"known":${known}}\n`;
  },
});

/**
 * The way of writing that a name stands for.
 *
 * @param format `text`: headline → class (distribution), `csv`: a header and a column a class, `jsonl`: a JSON object a
 *   line
 * @param classes the class names by index
 */
export const predictionFormatter = (format: PredictionFormat, classes: readonly string[]): PredictionFormatter => {
  switch (format) {
    case 'text':
      return text();
    case 'csv':
      return csv(classes);
    case 'jsonl':
      return jsonl();
  }
};
