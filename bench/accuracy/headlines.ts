import type { Row, WordVectors } from 'headwater';
import { type Baselines, trainBaselines } from './baselines.js';
import { divide, readRows, type Sides } from './sides.js';
import { type OurScore, trainOurs } from './trainOurs.js';

/** The options of the measurement on headlines. */
export interface HeadlineOptions {
  /** The training table of headlines. */
  readonly data: string;
  /** Test tables of headlines; without any, the test side of the training table is used. */
  readonly heldOut: readonly string[];
  readonly seeds: readonly number[];
  /** The numbers of train rows; undefined means all of them. */
  readonly sizes: readonly (number | undefined)[];
  readonly vectors: WordVectors | undefined;
  readonly python: string;
}

/** The result of one seed and one number of train rows. */
export interface HeadlineResult {
  readonly seed: number;
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
  /** Whether all train rows were used. */
  readonly all: boolean;
  /** The score with word vectors, where there are any. */
  readonly withVectors: OurScore | undefined;
  readonly withoutVectors: OurScore;
  readonly baselines: Baselines;
}

/** The share of train rows: 9,618 of 13,740. */
const TRAIN = 0.7;

/** Splits the rows with a seed. With held-out test rows, all rows outside the train side are validation rows. */
export const splitBySeed = async (
  rows: readonly Row[],
  heldOut: readonly Row[] | undefined,
  seed: number,
): Promise<Sides> => {
  const test = heldOut === undefined ? (1 - TRAIN) / 2 : 0;
  const sides = await divide(rows, seed, { train: TRAIN, validation: 1 - TRAIN - test, test });
  return heldOut === undefined ? sides : { ...sides, test: heldOut };
};

/** A part of the train rows, the same share of the validation rows, and all test rows. */
export const fewer = async (sides: Sides, trainRows: number, seed: number): Promise<Sides> => {
  const share = trainRows / sides.train.length;
  const part = async (rows: readonly Row[]): Promise<readonly Row[]> =>
    (await divide(rows, seed, { train: share, validation: 0, test: 1 - share })).train;
  return { train: await part(sides.train), validation: await part(sides.validation), test: sides.test };
};

/** Measures headlines for each seed and each number of train rows. */
export async function* measureHeadlines(options: HeadlineOptions): AsyncGenerator<HeadlineResult> {
  const { data, heldOut, seeds, sizes, vectors, python } = options;
  const rows = await readRows(data);
  const test = heldOut.length === 0 ? undefined : await readRows(heldOut);
  for (const seed of seeds) {
    const whole = await splitBySeed(rows, test, seed);
    for (const size of sizes) {
      if (size !== undefined && size >= whole.train.length) continue;
      const sides = size === undefined ? whole : await fewer(whole, size, seed);
      yield {
        seed,
        rows: { train: sides.train.length, validation: sides.validation.length, test: sides.test.length },
        all: size === undefined,
        withVectors: vectors === undefined ? undefined : await trainOurs(sides, { seed, vectors }),
        withoutVectors: await trainOurs(sides, { seed }),
        baselines: await trainBaselines(python, sides),
      };
    }
  }
}
