import { concat, defer, EMPTY, filter, type Observable } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { type Row, type Side, SIDES } from '../../contracts/rows/Row.js';
import { trace } from '../flow/trace.js';
import type { Split } from './prepare.js';

const changed = (what: string): HeadwaterError =>
  new HeadwaterError(
    'HW_SOURCE_CHANGED',
    `The rows are not those that were prepared: ${what}. The source must give the same ` +
      'rows at every reading: prepare it again, or keep a snapshot of it.',
  );

/**
 * Reads the rows of a split again, and emits those of one side, in the order of the source.
 *
 * ```marbles
 * split.rows$:  -a-b-c-d-e-f-|      c is a test row, f a validation row
 *               rowsOf(split, 'train')
 * result:       -a-b---d-e---|
 * ```
 *
 * Holds nothing. Cold: every subscription reads the source once.
 *
 * Errors: `HW_SOURCE_CHANGED` when a row was not there when the split was prepared, or, at the end, when the side had
 * more or fewer rows. Only ids and counts are compared. A row that appears twice in place of another row is not
 * detected.
 *
 * @param split the split that `prepare` emitted
 * @param side the side whose rows are emitted
 * @throws HeadwaterError `HW_USAGE` when there is no such side
 *
 * @example
 * ```ts
 * import { from, lastValueFrom } from 'rxjs';
 * import { prepare, rowsOf, type Row } from 'headwater';
 * const rows: Row[] = Array.from({ length: 20 }, (_, id) => ({
 *   id,
 *   title: `Report ${id}`,
 *   category: id % 2 === 0 ? 'Sports' : 'World',
 * }));
 * const split = await lastValueFrom(prepare(from(rows)));
 * rowsOf(split, 'test').subscribe((row) => console.log(row.title)); // the titles that nothing was learnt from
 * ```
 */
export const rowsOf = (split: Split, side: Side): Observable<Row> => {
  if (!SIDES.includes(side))
    throw new HeadwaterError(
      'HW_USAGE',
      `rowsOf: there is no side ${JSON.stringify(side)}; the sides are ${SIDES.join(', ')}.`,
    );
  return defer(() => {
    let found = 0;
    const isOnSide = ({ id }: Row): boolean => {
      const where = split.sideOf(id);
      if (where === undefined && !split.leftOut.has(id) && split.withoutText?.has(id) !== true)
        throw changed(`row ${id} was not among them`);
      if (where === side) found++;
      return where === side;
    };
    const checked$ = defer(() => {
      const expected = split.rows[side];
      if (found !== expected) throw changed(`of ${expected} ${side} rows there were ${found}`);
      return EMPTY;
    });
    return concat(split.rows$.pipe(trace('read'), filter(isOnSide)), checked$);
  });
};
