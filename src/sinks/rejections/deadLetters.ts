import { Subject, type Observable } from 'rxjs';
import { checkNumber, checkWhole } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { DeadLetter, Rejection } from '../../contracts/rows/Rejection.js';
import { describeRejection } from './describeRejection.js';
import { IdSet } from './internal/IdSet.js';

/** How `deadLetters` collects. */
export interface DeadLettersOptions {
  /** The most rows that may be rejected; one more is an error. Default Infinity: rejections never end the stream. */
  readonly limit?: number | undefined;
  /** How many rejections are kept as examples, the first ones. Default 10. */
  readonly examples?: number | undefined;
}

/** Rejections, collected. */
export interface DeadLetters extends DeadLetter {
  /**
   * Each rejection that was not seen before, as it comes; hot: subscribe before the rows are read. Completed by
   * `complete()`.
   */
  readonly rejections$: Observable<Rejection>;
  /** The number of rejected rows. */
  readonly rows: number;
  /** The number of rejections: a row may have several bad fields. */
  readonly total: number;
  /** The number of rejections by reason. */
  readonly counts: Readonly<Record<Rejection['reason'], number>>;
  /** The first rejections, as many as were asked for. */
  readonly examples: readonly Rejection[];
  /** Completes `rejections$`: call it when nothing will be read any more, so that a file of rejections is finished. */
  complete(): void;
}

/** How many examples a message shows. */
const TOLD = 3;

/**
 * Collects the rows that did not pass validation: counts them by reason, keeps the first as examples, and ends the
 * stream past a limit.
 *
 * Each epoch reads its rows again: a rejection with the same source, row, reason and field as an earlier one counts
 * once, and is not emitted again.
 *
 * ```
 * next:         --r1--r2--r1--r3
 *              deadLetters({ limit: 2 })
 * rejections$:  --r1--r2------r3
 * next throws:                #   HW_REJECTIONS: a third row
 * ```
 *
 * - It holds the examples, and one bit a rejected row for each source, reason and field, in pages of 4,096 rows.
 * - A file of all rejections is a pipe away: `letters.rejections$.pipe(jsonLines(createWriteStream('rejected.jsonl'), {
 *   end: true }))`.
 * - Errors: past `limit`, `next` throws `HW_REJECTIONS`, which ends the stream whose operator called it; the rejection
 *   that passed it is counted and emitted first.
 *
 * @throws HeadwaterError `HW_USAGE` at once when `limit` is negative or NaN, or `examples` is not a whole number from 0
 *   @example
 * ```ts
 * import { deadLetters, type Rejection } from 'headwater';
 * const letters = deadLetters({ limit: 100 });
 * const rejection: Rejection = { type: 'rejection', reason: 'ragged', id: 3, source: 'news.csv', line: 5, byte: 210, field: undefined, expected: '2 fields', got: '3 fields' };
 * letters.next(rejection);
 * letters.next(rejection); // the next epoch meets it again
 * letters.counts.ragged; // 1
 * ```
 */
export const deadLetters = ({ limit = Infinity, examples: kept = 10 }: DeadLettersOptions = {}): DeadLetters => {
  if (limit !== Infinity) checkNumber('deadLetters', 'limit', limit, { from: 0 });
  checkWhole('deadLetters', 'examples', kept, 0);

  const rejections$ = new Subject<Rejection>();
  const seen = new Map<string, IdSet>();
  const counts: Record<Rejection['reason'], number> = {
    field: 0,
    ragged: 0,
    encoding: 0,
    quote: 0,
    oversize: 0,
    empty: 0,
    item: 0,
  };
  const examples: Rejection[] = [];
  // The message needs some even where none are to be kept.
  const first: Rejection[] = [];
  let rows = 0;
  let total = 0;

  const isNew = (id: number, ...key: readonly (string | undefined)[]): boolean => {
    // As JSON, for a separator of our own might occur in a path or a field's name; undefined becomes null, which no
    // name is.
    const name = JSON.stringify(key);
    let ids = seen.get(name);
    if (ids === undefined) seen.set(name, (ids = new IdSet()));
    return ids.add(id);
  };

  const refuse = (): never => {
    const told = first.map((rejection) => describeRejection(rejection)).join('; ');
    const [example] = first;
    const where =
      example === undefined
        ? {}
        : { where: example.line === undefined ? example.source : `${example.source}:${example.line}` };
    throw new HeadwaterError(
      'HW_REJECTIONS',
      `${rows} rows were rejected, more than the limit of ${limit}. The first: ${told}. Correct the rows, or raise the limit.`,
      where,
    );
  };

  return {
    rejections$: rejections$.asObservable(),
    get rows() {
      return rows;
    },
    get total() {
      return total;
    },
    get counts() {
      return { ...counts };
    },
    get examples() {
      return examples.slice();
    },
    next: (rejection) => {
      const { id, source, reason, field } = rejection;
      if (isNew(id, source, reason, field)) {
        total += 1;
        counts[reason] += 1;
        if (isNew(id, source)) rows += 1;
        if (examples.length < kept) examples.push(rejection);
        if (first.length < TOLD) first.push(rejection);
        rejections$.next(rejection);
      }
      if (rows > limit) refuse();
    },
    complete: () => rejections$.complete(),
  };
};
