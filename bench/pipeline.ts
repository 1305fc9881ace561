import {
  batches,
  bucketByLength,
  decode,
  fetchCsv,
  headlineRow,
  LabelEncoder,
  prepare,
  preprocess,
  Tokenizer,
  tokenize,
} from 'headwater';
import { concat, from, lastValueFrom, map, reduce, toArray } from 'rxjs';
import { VOCABULARY } from './workload.js';

const rowsOf = (csv: string) => fetchCsv(csv, { columns: ['title', 'category'] }).pipe(decode(headlineRow));

/**
 * The same steps as the peer: the file is read once and kept in memory. Then come the vocabulary of all rows, the token
 * indices, and padded batches in the order of the file.
 */
export const pipelineInMemory = async (csv: string, batchSize: number): Promise<number> => {
  const rows = await lastValueFrom(rowsOf(csv).pipe(preprocess(), toArray()));
  const tokenizer = await lastValueFrom(
    from(rows).pipe(
      map(({ text }) => text),
      Tokenizer.fit({ numTokens: VOCABULARY }),
    ),
  );
  const labelEncoder = LabelEncoder.of(rows.map(({ category }) => category));
  return lastValueFrom(
    from(rows).pipe(
      tokenize(tokenizer, labelEncoder),
      bucketByLength({ batchSize, boundaries: [] }),
      reduce((sum, { size }) => sum + size, 0),
    ),
  );
};

/**
 * The steps of a training, with bounded memory: `prepare` reads the file for the split and the vocabulary, and each of
 * the three sides reads it again for its batches.
 */
export const pipelineStreamed = async (csv: string, batchSize: number): Promise<number> => {
  const split = await lastValueFrom(prepare(rowsOf(csv), { numTokens: VOCABULARY }));
  const sides = (['train', 'validation', 'test'] as const).map((side) => batches(split, { side, batchSize }));
  return lastValueFrom(concat(...sides).pipe(reduce((sum, { size }) => sum + size, 0)));
};
