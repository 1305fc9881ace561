import { fetchHeadlines, prepare, type Row, type Side, SIDES, textSteps } from 'headwater';
import { from, lastValueFrom, toArray } from 'rxjs';

/** The rows of each side of one split. */
export type Sides = Readonly<Record<Side, readonly Row[]>>;

/** The vocabulary size of `headwater train`. */
export const NUM_TOKENS = 30_000;

const nowhere = { next: () => undefined };

/** Reads tables like `headwater train`; rows that cannot be read are left out. */
export const readRows = (files: string | readonly string[]): Promise<readonly Row[]> =>
  lastValueFrom(fetchHeadlines(files, { rejections: nowhere }).pipe(toArray()));

/** Prepares rows like `headwater train`, before any training. */
export const prepared = (rows: readonly Row[], seed: number, shares?: Record<Side, number>) => {
  const numbered = rows.map((row, id) => ({ ...row, id }));
  return prepare(from(numbered), { seed, shares, text: textSteps(), numTokens: NUM_TOKENS, rejections: nowhere });
};

/** Splits rows with a seed like `headwater train`: all rows with the same text are on one side. */
export const divide = async (rows: readonly Row[], seed: number, shares: Record<Side, number>): Promise<Sides> => {
  const split = await lastValueFrom(prepared(rows, seed, shares));
  const sides = { train: [] as Row[], validation: [] as Row[], test: [] as Row[] };
  rows.forEach((row, id) => {
    const side = split.sideOf(id);
    if (side !== undefined) sides[side].push(row);
  });
  return sides;
};

/** The rows of all sides in one list, each with its side, so that they are not split again. */
export const rowsWithSides = (sides: Sides): readonly Row[] =>
  SIDES.flatMap((side) => sides[side].map((row) => ({ ...row, side })));
