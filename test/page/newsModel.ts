import { lastValueFrom, of } from 'rxjs';
import type { PaddedBatch } from '../../src/contracts/rows/PaddedBatch.js';
import { sampleCsv } from '../../src/streams/sample/sampleCsv.js';
import { recordingModel } from '../../src/testing/recordingModel.js';
import { LabelEncoder } from '../../src/text/LabelEncoder.js';
import { textPreprocessor } from '../../src/text/textPreprocessor.js';
import { Tokenizer } from '../../src/text/Tokenizer.js';

/** The classes of the bundled sample. */
export const CLASSES = ['Business', 'Sci/Tech', 'Sports', 'World'];

const rowsOf = (rows: number, seed: number): readonly (readonly [title: string, category: string])[] =>
  [...sampleCsv({ rows, seed })]
    .join('')
    .split('\n')
    .slice(1)
    .filter((line) => line !== '' && !line.includes('"'))
    .map((line) => [line.slice(0, line.lastIndexOf(',')), line.slice(line.lastIndexOf(',') + 1)]);

/** Invented headlines. */
export const titles = (rows: number, seed = 7): readonly string[] => rowsOf(rows, seed).map(([title]) => title);

const learnt = rowsOf(3000, 1);
const textOf = textPreprocessor();

/** A vocabulary and classes, for `newsModel`. */
export const vocabulary = {
  tokenizer: await lastValueFrom(of(...learnt.map(([title]) => textOf(title))).pipe(Tokenizer.fit())),
  labelEncoder: LabelEncoder.of(CLASSES),
};

const { tokenizer } = vocabulary;
const counts = Array.from({ length: tokenizer.size }, () => CLASSES.map(() => 0.5));
for (const [title, category] of learnt)
  for (const token of tokenizer.encode(textOf(title))) counts[token]![CLASSES.indexOf(category)]! += 1;
const totals = CLASSES.map((_, c) => counts.reduce((sum, row) => sum + row[c]!, 0));

/**
 * A model that needs no training and knows the sample all the same: naive Bayes, tempered so that it is not too sure.
 */
export const newsModel = () =>
  recordingModel({
    name: 'news',
    classes: CLASSES.length,
    probabilities: ({ tokens, time, lengths }: PaddedBatch, row: number) => {
      const scores = CLASSES.map((_, c) =>
        Array.from(tokens.subarray(row * time, row * time + lengths[row]!)).reduce(
          (sum, token) => sum + 0.3 * Math.log(counts[token]![c]! / totals[c]!),
          0,
        ),
      );
      const most = Math.max(...scores);
      const weights = scores.map((score) => Math.exp(score - most));
      const all = weights.reduce((sum, weight) => sum + weight, 0);
      return weights.map((weight) => weight / all);
    },
  });

const scoresOf = (precision: number, recall: number, rows: number) => ({
  precision,
  recall,
  f1: (2 * precision * recall) / (precision + recall),
  num_samples: rows,
});

/** What a training could have left. */
export const about = {
  config: {
    formatVersion: 2 as const,
    cell: 'gru' as const,
    bidirectional: true,
    vocabularySize: tokenizer.size,
    embeddingDim: 64,
    hiddenDim: 64,
    fcDim: 32,
    dropout: 0.1,
    classes: 4,
    padIndex: 0,
    overPadding: false,
  },
  performance: {
    overall: scoresOf(0.861, 0.859, 900),
    class: {
      Business: scoresOf(0.84, 0.87, 224),
      'Sci/Tech': scoresOf(0.86, 0.83, 228),
      Sports: scoresOf(0.91, 0.9, 221),
      World: scoresOf(0.83, 0.84, 227),
    },
  },
  training: {
    epochs: [1.21, 0.74, 0.52, 0.41, 0.35, 0.31].map((loss, index) => ({
      epoch: index + 1,
      trainLoss: loss,
      validationLoss: [1.02, 0.71, 0.58, 0.53, 0.51, 0.52][index]!,
      validationAccuracy: [0.61, 0.77, 0.82, 0.85, 0.86, 0.858][index]!,
      validationMacroF1: [0.58, 0.76, 0.82, 0.846, 0.858, 0.856][index]!,
      learningRate: 1e-3,
      improved: index < 5,
    })),
    confusion: [195, 12, 4, 13, 14, 189, 8, 17, 5, 9, 199, 8, 18, 10, 9, 190],
    accuracy: 0.859,
    loss: 0.47,
  },
};
