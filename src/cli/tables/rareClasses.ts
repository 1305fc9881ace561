import { concat, defer, EMPTY, filter, ignoreElements, type Observable, tap } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Row } from '../../contracts/rows/Row.js';
import { printable } from '../../sinks/terminal/printable.js';
import { excerpt } from '../../contracts/messages/excerpt.js';

/** The maximum number of reported classes. */
const TOLD = 10;

/** Rows without those of rare classes, and the rare classes when they are known. */
export interface CommonRows {
  readonly rows$: Observable<Row>;
  readonly leftOut: () => readonly string[];
}

/**
 * Leaves out the rows of rare classes. It reads all rows once before the first pass to count them.
 *
 * Holds a count for each class. Of the rows with a fixed side, only those of the train side are counted.
 *
 * @param least the minimum number of rows of a class; with 1, nothing is counted
 * @param say called with a line about the classes that were left out
 * @returns the rows; they fail with `HW_EMPTY` if no class has enough rows
 */
export const withoutRareClasses = (rows$: Observable<Row>, least: number, say: (line: string) => void): CommonRows => {
  if (least <= 1) return { rows$, leftOut: () => [] };
  let rare: ReadonlySet<string> | undefined;
  const count$ = defer(() => {
    if (rare !== undefined) return EMPTY;
    const counts = new Map<string, number>();
    return rows$.pipe(
      tap({
        next: ({ category, side }) => {
          counts.set(category, (counts.get(category) ?? 0) + (side === undefined || side === 'train' ? 1 : 0));
        },
        complete: () => {
          const few = [...counts].filter(([, rows]) => rows < least);
          rare = new Set(few.map(([name]) => name));
          if (few.length === 0) return;
          const total = few.reduce((sum, [, rows]) => sum + rows, 0);
          const first = few.slice(0, TOLD).map(([name, rows]) => `${printable(JSON.stringify(excerpt(name)))} ${rows}`);
          const names = `${first.join(', ')}${few.length > TOLD ? ` and ${few.length - TOLD} more` : ''}`;
          if (few.length === counts.size)
            throw new HeadwaterError('HW_EMPTY', `No class has ${least} rows: ${names}. Lower --min-class-rows.`);
          say(`left out: ${total} rows of ${few.length} classes with fewer than ${least} rows: ${names}`);
        },
      }),
      ignoreElements(),
    );
  });
  const common$ = defer(() => rows$.pipe(filter(({ category }) => rare?.has(category) !== true)));
  return { rows$: concat(count$, common$), leftOut: () => [...(rare ?? [])] };
};
