import { map, type Observable, of, switchMap } from 'rxjs';
import type { VectorsRecord } from '../../../contracts/training/TrainingRecord.js';
import type { Split } from '../../../operators/rows/prepare.js';
import { preprocess } from '../../../operators/rows/preprocess.js';
import { rowsOf } from '../../../operators/rows/rowsOf.js';
import { vectorCoverage } from '../../../text/vectors/vectorCoverage.js';
import type { WordVectors } from '../../../text/vectors/WordVectors.js';
import { findVectors } from '../../../vectors/findVectors.js';
import type { Terminal } from '../../process/Terminal.js';
import type { TrainingOptions } from '../options/trainingOptions.js';
import type { OlderModel } from './olderModel.js';

/** Word vectors and how much of a table they cover, which shows whether they suit it. */
export interface CoveringVectors {
  readonly vectors: WordVectors;
  readonly about: VectorsRecord;
}

/**
 * The vectors of the older model if there is one, those of `--vectors`, or those of the set-up, with their coverage of
 * the train rows. It is reported in a line.
 */
export const coveringVectors = (
  split: Split,
  options: TrainingOptions,
  older: OlderModel | undefined,
  terminal: Terminal,
): Observable<CoveringVectors | undefined> =>
  (older === undefined ? findVectors(options.vectors, { env: terminal.env }) : of(older.vectors)).pipe(
    switchMap((found) => {
      if (found === undefined) return of(undefined);
      const { vectors, source } = found;
      const { text, stopWords, tokenizer } = split;
      return rowsOf(split, 'train').pipe(
        preprocess({ text, stopWords }),
        map((row) => row.text),
        vectorCoverage(vectors, tokenizer.charLevel),
        map(({ share: coverage }) => {
          const { size: words, dims, sha256 = null } = vectors;
          terminal.stderr.write(
            `vectors: ${words.toLocaleString('en')} words of ${dims} numbers, from ` +
              `${source}; they cover ${(100 * coverage).toFixed(1)} % of the tokens\n`,
          );
          return { vectors, about: { source, words, dims, sha256, coverage } };
        }),
      );
    }),
  );
