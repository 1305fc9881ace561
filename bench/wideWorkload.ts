import { DocumentFrequencies, padRows, preprocess, rowEncoder, textPath, textSteps, Tokenizer } from 'headwater';
import { decode, fetchCsv, headlineRow, LabelEncoder, random, tokenize, wideFeatures } from 'headwater';
import type { LabelledBatch, LabelledTokens, Preprocessed, Row } from 'headwater';
import { from, lastValueFrom, map, toArray } from 'rxjs';

/** The wide GRU's data, read and encoded. */
export interface WideWorkload {
  readonly vocabularySize: number;
  readonly classes: number;
  readonly columns: number;
  readonly encoded: readonly LabelledTokens[];
}

/** The number of pretrained vectors, and the share of a table's tokens that have one. */
export const VECTOR_WORDS = 341_479;
const COVERED = 0.94;

/**
 * Reads a table of headlines from bytes to the complete input of a wide GRU. The vector of each word is random, because
 * it does not affect the time.
 */
export const readWideWorkload = async (csv: string): Promise<WideWorkload> => {
  const text = textSteps();
  const { lookUp } = textPath(text);
  const rows: readonly Preprocessed<Row>[] = await lastValueFrom(
    fetchCsv(csv, { columns: ['title', 'category'] }).pipe(decode(headlineRow), preprocess({ text }), toArray()),
  );
  const texts$ = from(rows).pipe(map((row) => row.text));
  const tokenizer = await lastValueFrom(texts$.pipe(map(lookUp), Tokenizer.fit({ numTokens: 2 ** 20 })));
  const frequencies = await lastValueFrom(texts$.pipe(DocumentFrequencies.fit()));
  const features = wideFeatures(frequencies);
  const encoder = rowEncoder({ tokenizer, lookUp, features });
  const labelEncoder = LabelEncoder.of(rows.map(({ category }) => category));
  const encoded = await lastValueFrom(from(rows).pipe(tokenize(encoder, labelEncoder), toArray()));
  const dice = random(1, 'test');
  const vectorOf = Int32Array.from({ length: tokenizer.size }, () =>
    dice.uniform() < COVERED ? 1 + Math.floor(dice.uniform() ** 2 * VECTOR_WORDS) : 0,
  );
  return {
    vocabularySize: tokenizer.size,
    classes: labelEncoder.size,
    columns: features.columns,
    encoded: encoded.map((row) => ({ ...row, vectorIds: row.tokens.map((token) => vectorOf[token]!) })),
  };
};

/** Batches of rows of one length each, in a random order; rows that do not fill a batch are left out. */
export const equalBatches = (
  encoded: readonly LabelledTokens[],
  size: number,
  padIndex: number,
): readonly LabelledBatch[] => {
  const byLength = new Map<number, LabelledTokens[]>();
  const batches: LabelledBatch[] = [];
  for (const row of encoded) {
    const waiting = [...(byLength.get(row.tokens.length) ?? []), row];
    byLength.set(row.tokens.length, waiting.length === size ? [] : waiting);
    if (waiting.length === size) batches.push(padRows(waiting, padIndex));
  }
  const dice = random(2, 'test');
  for (let i = batches.length - 1; i > 0; i--) {
    const j = dice.below(i + 1);
    [batches[i], batches[j]] = [batches[j]!, batches[i]!];
  }
  return batches;
};
