import { stringify } from 'csv-stringify/sync';
import type { ClassifiedHeadline } from './ClassifiedHeadline.js';
import { answerOf, type AnswerOptions, roundedProbability } from './answers.js';
import { printable } from '../../sinks/terminal/printable.js';

/** The output formats of `predict`. */
export type PredictionFormat = 'text' | 'csv' | 'jsonl';

/** The output formats of `predict`, in the order of `--help`. */
export const PREDICTION_FORMATS: readonly PredictionFormat[] = ['text', 'csv', 'jsonl'];

/** A formatter of predictions: the text before the first prediction, and the line of each. */
export interface PredictionFormatter {
  readonly header: string;
  line(prediction: ClassifiedHeadline): string;
}

const text = ({ top = Infinity, unsureBelow }: AnswerOptions): PredictionFormatter => ({
  header: '',
  line: (prediction) => {
    const { title, known, distribution } = prediction;
    const told = distribution.slice(0, top);
    return (
      `${printable(title.replaceAll(/\s+/g, ' ').trim())} → ${printable(answerOf(prediction, unsureBelow))} ` +
      `(${told.map(([name, probability]) => `${printable(name)} ${probability.toFixed(3)}`).join(', ')})` +
      `${known === 0 ? ' [nothing read: no token is known]' : ''}\n`
    );
  },
});

/** Every class has a column. With `--top`, the most probable classes are listed by rank. */
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
    // The JSON is built as text, because an object would place a class named "2" before a class named "b", whatever
    // their probabilities.
    const probabilities = distribution
      .slice(0, top)
      .map(([name, probability]) => `${JSON.stringify(name)}:${JSON.stringify(probability)}`)
      .join(',');
    return (
      `{"title":${JSON.stringify(title)},"class":${JSON.stringify(answerOf(prediction, unsureBelow))},` +
      `"probabilities":{${probabilities}},"known":${known}}\n`
    );
  },
});

/**
 * The formatter of a format.
 *
 * @param format `text`: headline → class (distribution), `csv`: a header and a column for each class, `jsonl`: a JSON
 *   object for each line
 * @param classes the class names by index
 * @param options how many classes are printed, and the minimum probability
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
