import {
  decode,
  fetchCsv,
  headlineRow,
  LabelEncoder,
  padRows,
  preprocess,
  random,
  Tokenizer,
  tokenize,
} from 'headwater';
import type { LabelledBatch, LabelledTokens, Preprocessed, Row } from 'headwater';
import { from, lastValueFrom, map, toArray } from 'rxjs';

/** The lesson's data, read and encoded. */
export interface Workload {
  readonly rows: readonly Preprocessed<Row>[];
  readonly tokenizer: Tokenizer;
  readonly labelEncoder: LabelEncoder;
  readonly encoded: readonly LabelledTokens[];
}

/** The lesson's vocabulary size, including padding and unknown. */
export const VOCABULARY = 5000;

/**
 * Reads a file of headlines from bytes to token indices and keeps it in memory, like the peer, with this library's
 * operators.
 */
export const readWorkload = async (csv: string): Promise<Workload> => {
  const rows = await lastValueFrom(
    fetchCsv(csv, { columns: ['title', 'category'] }).pipe(decode(headlineRow), preprocess(), toArray()),
  );
  const tokenizer = await lastValueFrom(
    from(rows).pipe(
      map(({ text }) => text),
      Tokenizer.fit({ numTokens: VOCABULARY }),
    ),
  );
  const labelEncoder = LabelEncoder.of(rows.map(({ category }) => category));
  const encoded = await lastValueFrom(from(rows).pipe(tokenize(tokenizer, labelEncoder), toArray()));
  return { rows, tokenizer, labelEncoder, encoded };
};

const shuffled = <T>(values: readonly T[], seed: number): T[] => {
  const dice = random(seed, 'test');
  const out = [...values];
  for (let i = out.length - 1; i > 0; i--) {
    const j = dice.below(i + 1);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
};

const chunks = <T>(values: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(values.length / size) }, (_, i) => values.slice(i * size, (i + 1) * size));

/**
 * Batches of similar length, made like the peer's: windows of 100 batches of a shuffle, each sorted by length, then the
 * batches are shuffled.
 */
export const similarBatches = (
  encoded: readonly LabelledTokens[],
  size: number,
  seed = 1,
): readonly LabelledBatch[] => {
  const windows = chunks(shuffled(encoded, seed), size * 100);
  const batches = windows.flatMap((window) =>
    chunks(
      [...window].sort((a, b) => a.tokens.length - b.tokens.length),
      size,
    ),
  );
  return shuffled(batches, seed + 1).map((rows) => padRows(rows));
};
