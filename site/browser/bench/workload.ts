import { lastValueFrom, of } from 'rxjs';
import { padRows } from 'headwater/operators';
import { LabelEncoder, preprocessText, Tokenizer } from 'headwater/text';
import { sampleRows } from '../../../src/streams/sample/sampleRows.js';

/** The number of rows in a batch. */
export const BATCH = 64;

/** One batch of the generated sample, with its vocabulary and its classes. */
export const readWorkload = async () => {
  const rows = [...sampleRows({ rows: 2000 })].map(({ title, category }) => ({
    text: preprocessText(title),
    category,
  }));
  const tokenizer = await lastValueFrom(of(...rows.map(({ text }) => text)).pipe(Tokenizer.fit()));
  const labelEncoder = LabelEncoder.of(rows.map(({ category }) => category));
  const batch = padRows(
    rows.slice(0, BATCH).map(({ text, category }, id) => ({
      id,
      tokens: Int32Array.from(tokenizer.encode(text)),
      label: labelEncoder.encode(category),
    })),
    tokenizer.padIndex,
  );
  return { batch, vocabularySize: tokenizer.size, classes: labelEncoder.size };
};

/** What the benchmark calls in a page, or in Node. Each call works for a number of steps of one batch. */
export interface Subject {
  /** Makes the model, and says what computes. */
  readonly prepare: (backend: string) => Promise<string>;
  readonly train: (steps: number) => Promise<void>;
  readonly classify: (steps: number) => Promise<void>;
}
