import { catchError, concatMap, EMPTY, from, map, type Observable, of, type OperatorFunction, toArray } from 'rxjs';
import { checkOptions, checkWhole } from '../../contracts/checkOption.js';
import { type Delivery, type DeliveryOf, withValue } from '../../contracts/flow/Delivery.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { reasonOf } from '../../contracts/reasonOf.js';

/** How `throughDeliveries` treats values that the operator fails on. */
export interface ThroughDeliveriesOptions {
  /** How many times a value that fails on its own is delivered before it is given up, at least 1. Default 3. */
  readonly maxAttempts?: number | undefined;
}

/**
 * Applies an operator on batches of values, such as `classifyLive`, to batches of deliveries. Each result is a delivery
 * that settles the delivery of its value.
 *
 * ```marbles
 * source: --A-----------B--|   A of the deliveries a and b, B of c, which the operator cannot work on
 *         throughDeliveries(classifyLive({ model, tokenizer, labelEncoder }))
 * result: --(xy)-----------|   x settles a, y settles b; c is settled: retry, in the end give-up
 * ```
 *
 * The operator must give one result per value, in the order of the values. If it fails on a batch, each value of the
 * batch is tried on its own, so that one bad value does not affect the others. The bad value is settled with `retry`
 * until its last attempt, then with `give-up`. If every value of a batch of two or more fails, the values are not the
 * cause: the error ends the stream, and no delivery of the batch is settled.
 *
 * Holds one batch.
 *
 * Errors: the operator's error if it fails on every value of a batch of two or more; `HW_USAGE` if the number of
 * results is not the number of values; those of the source.
 *
 * @param operator makes the results of a batch of values, one per value, in order
 * @param options `maxAttempts`
 * @throws HeadwaterError `HW_USAGE` when `maxAttempts` is not a whole number of at least 1
 *
 * @example
 * ```ts
 * import { map, mergeAll, of } from 'rxjs';
 * import { throughDeliveries } from 'headwater';
 * import { recordingDeliveries } from 'headwater/testing';
 *
 * const source = recordingDeliveries(['ferry', 'port']);
 * of(source.deliveries)
 *   .pipe(throughDeliveries<string, number>((batch$) => batch$.pipe(mergeAll(), map((text) => text.length))))
 *   .subscribe((delivery) => delivery.settle({ type: 'done' }));
 * console.log(source.settled); // [{ id: '0', type: 'done' }, { id: '1', type: 'done' }]
 * ```
 */
export const throughDeliveries = <T, R, D extends Delivery<T> = Delivery<T>>(
  operator: OperatorFunction<readonly T[], R>,
  options: ThroughDeliveriesOptions = {},
): OperatorFunction<readonly D[], DeliveryOf<D, R>> => {
  checkOptions('throughDeliveries', options, 'operator, { maxAttempts: 3 }');
  const { maxAttempts = 3 } = options;
  checkWhole('throughDeliveries', 'maxAttempts', maxAttempts, 1);

  const resultsOf = (batch: readonly D[]): Observable<readonly R[]> =>
    of(batch.map(({ value }) => value)).pipe(operator, toArray());

  /** Each result with the delivery of its value. */
  const paired = (batch: readonly D[], results: readonly R[]): readonly DeliveryOf<D, R>[] => {
    if (results.length === batch.length) return batch.map((delivery, i) => withValue(delivery, results[i] as R));
    throw new HeadwaterError(
      'HW_USAGE',
      `throughDeliveries: the operator gave ${results.length} results ` +
        `of ${batch.length} values, but must give one a value.`,
    );
  };

  const refuse = (delivery: D, error: unknown): void => {
    const reason = reasonOf(error);
    delivery.settle(delivery.attempt < maxAttempts ? { type: 'retry', reason } : { type: 'give-up', reason });
  };

  /** Tries each value on its own, after the batch failed. */
  const apart = (batch: readonly D[], failure: unknown): Observable<readonly DeliveryOf<D, R>[]> =>
    from(batch).pipe(
      concatMap((delivery) =>
        resultsOf([delivery]).pipe(
          map((results) => ({ delivery, results })),
          catchError((error: unknown) => of({ delivery, error })),
        ),
      ),
      toArray(),
      map((tried) => {
        if (tried.length > 1 && tried.every((one) => 'error' in one)) throw failure;
        return tried.flatMap((one) => {
          if ('results' in one) return paired([one.delivery], one.results);
          refuse(one.delivery, one.error);
          return [];
        });
      }),
    );

  return concatMap((batch: readonly D[]) => {
    if (batch.length === 0) return EMPTY;
    return resultsOf(batch).pipe(
      map((results) => ({ results })),
      catchError((failure: unknown) => of({ failure })),
      concatMap((outcome) =>
        'results' in outcome ? of(paired(batch, outcome.results)) : apart(batch, outcome.failure),
      ),
      concatMap((deliveries) => deliveries),
    );
  });
};
