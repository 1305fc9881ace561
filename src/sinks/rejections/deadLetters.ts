import { Subject, type Observable } from 'rxjs';
import { checkNumber, checkOptions, checkWhole } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { DeadLetter, Rejection } from '../../contracts/rows/Rejection.js';
import { describeRejection } from './describeRejection.js';
import { IdSet } from './internal/IdSet.js';

/** Options of `deadLetters`. */
export interface DeadLettersOptions {
  /** The most rows that may be rejected; one more is an error. Default Infinity: rejections never end the stream. */
  readonly limit?: number | undefined;
  /** The number of rejections that are kept as examples, starting with the first. Default 10. */
  readonly examples?: number | undefined;
}

/** Collects rejections. */
export interface DeadLetters extends DeadLetter {
  /** Emits each new rejection as it arrives. Hot: subscribe before the rows are read. Completed by `complete()`. */
  readonly rejections$: Observable<Rejection>;
  /** The number of rejected rows. */
  readonly rows: number;
  /** The number of rejections: a row may have several bad fields. */
  readonly total: number;
  /** The number of rejections by reason. */
  readonly counts: Readonly<Record<Rejection['reason'], number>>;
  /** The first rejections, at most `examples` of them. */
  readonly examples: readonly Rejection[];
  /** Completes `rejections$`. Call it when no more rows will be read, so that a file of rejections is finished. */
  complete(): void;
}

/** The number of examples in the error message. */
const TOLD = 3;

/**
 * Collects the rows that did not pass validation: counts them by reason, keeps the first ones as examples, and ends the
 * stream when a limit is exceeded.
 *
 * Each epoch reads its rows again. A rejection with the same source, row, reason and field as an earlier one is counted
 * and emitted only once.
 *
 * ```marbles
 * next:         --r--s--r--t      r, s, t: rejections of three rows
 *               deadLetters({ limit: 2 })
 * rejections$:  --r--s-----t
 * next throws:  -----------#      HW_REJECTIONS: a third row
 * ```
 *
 * - Memory: the examples, and one bit per rejected row for each source, reason and field, in pages of 4,096 rows.
 * - To write all rejections to a file: `letters.rejections$.pipe(jsonLines(createWriteStream('rejected.jsonl'), {
 *   end: true }))`.
 * - Errors: above `limit`, `next` throws `HW_REJECTIONS`, which ends the stream whose operator called it. The rejection
 *   that exceeded the limit is counted and emitted first.
 *
 * @throws HeadwaterError `HW_USAGE` at once if `limit` is negative or NaN, or `examples` is not a whole number from 0
 *
 * @example
 * ```ts
 * import { deadLetters, type Rejection } from 'headwater';
 * const letters = deadLetters({ limit: 100 });
 * const rejection: Rejection = {
 *   type: 'rejection',
 *   reason: 'ragged',
 *   id: 3,
 *   source: 'news.csv',
 *   line: 5,
 *   byte: 210,
 *   field: undefined,
 *   expected: '2 fields',
 *   got: '3 fields',
 * };
 * letters.next(rejection);
 * letters.next(rejection); // the next epoch meets it again
 * letters.counts.ragged; // 1
 * ```
 */
export const deadLetters = (options: DeadLettersOptions = {}): DeadLetters => {
  checkOptions('deadLetters', options, '{ limit: 100 }');
  const { limit = Infinity, examples: kept = 10 } = options;
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
  // The error message shows some, even if no examples are kept.
  const first: Rejection[] = [];
  let rows = 0;
  let total = 0;

  const isNew = (id: number, ...key: readonly (string | undefined)[]): boolean => {
    // JSON needs no separator, which could occur in a path or a field name. An undefined field becomes null, which is
    // not a name.
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
      `${rows} rows were rejected, more than the limit of ${limit}. ` +
        `The first: ${told}. Correct the rows, or raise the limit.`,
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
