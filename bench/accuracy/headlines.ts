import type { Row, WordVectors } from 'headwater';
import { type Baselines, trainBaselines } from './baselines.js';
import { divide, readRows, type Sides } from './sides.js';
import { type OurScore, trainOurs } from './trainOurs.js';

/** What is measured on headlines. */
export interface HeadlineOptions {
  /** The table of headlines that is trained on. */
  readonly data: string;
  /** Tables of headlines that are tested on; without any, the test side of the first table is. */
  readonly heldOut: readonly string[];
  readonly seeds: readonly number[];
  /** How many train rows; undefined for all of them. */
  readonly sizes: readonly (number | undefined)[];
  readonly vectors: WordVectors | undefined;
  readonly python: string;
}

/** What was measured with one seed and number of train rows. */
export interface HeadlineResult {
  readonly seed: number;
  readonly rows: { readonly train: number; readonly validation: number; readonly test: number };
  /** Whether all train rows were used. */
  readonly all: boolean;
  /** With word vectors, where there are any. */
  readonly withVectors: OurScore | undefined;
  readonly withoutVectors: OurScore;
  readonly baselines: Baselines;
}

/** Of all rows, 70 % are train rows: 9,618 of 13,740. */
const TRAIN = 0.7;

/** One split by a seed. With held-out rows, all rows that are not trained on are for validation. */
export const splitBySeed = async (
  rows: readonly Row[],
  heldOut: readonly Row[] | undefined,
  seed: number,
): Promise<Sides> => {
  const test = heldOut === undefined ? (1 - TRAIN) / 2 : 0;
  const sides = await divide(rows, seed, { train: TRAIN, validation: 1 - TRAIN - test, test });
  return heldOut === undefined ? sides : { ...sides, test: heldOut };
};

/** A part of the train rows, with as large a part of the validation rows; all test rows. */
export const fewer = async (sides: Sides, trainRows: number, seed: number): Promise<Sides> => {
  const share = trainRows / sides.train.length;
  const part = async (rows: readonly Row[]): Promise<readonly Row[]> =>
    (await divide(rows, seed, { train: share, validation: 0, test: 1 - share })).train;
  return { train: await part(sides.train), validation: await part(sides.validation), test: sides.test };
};

/** Measures headlines: for each seed, each number of train rows. */
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
