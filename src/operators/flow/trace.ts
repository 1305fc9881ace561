import { type MonoTypeOperatorFunction, Observable } from 'rxjs';
import { flowProbe } from '../../contracts/flow/FlowProbe.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/**
 * Names the part of a pipeline that ends here, so that `watchFlow` can report on it.
 *
 * ```marbles
 * source:  --a--b--c--|
 *          trace('tokenize')
 * result:  --a--b--c--|
 * ```
 *
 * A stage consists of the operators between this one and the named ones before it. If the flow is not watched at the
 * moment of a subscription, the source is subscribed to as if this operator were not there. Parts with the same name
 * are one stage.
 *
 * Holds nothing, and changes no value, no error and no time.
 *
 * @param name the name of the stage, not empty
 * @throws HeadwaterError `HW_USAGE` for an empty name
 * @see watchFlow
 *
 * @example
 * ```ts
 * import { from, lastValueFrom, map, merge, take, toArray } from 'rxjs';
 * import { trace, watchFlow } from 'headwater';
 *
 * const flow$ = watchFlow({ every: 10 }).pipe(take(1));
 * const work$ = from([1, 2, 3]).pipe(trace('read'), map((n) => n * n), trace('square'));
 * const seen = await lastValueFrom(merge(flow$, work$).pipe(toArray()));
 * console.log(seen.slice(0, 3)); // [1, 4, 9]
 * ```
 */
export const trace = <T>(name: string): MonoTypeOperatorFunction<T> => {
  if (typeof name !== 'string' || name === '')
    throw new HeadwaterError('HW_USAGE', "trace: a stage needs a name. Give one, such as trace('tokenize').");
  return (source) =>
    new Observable<T>((subscriber) => {
      const probe = flowProbe();
      if (probe === undefined) return source.subscribe(subscriber);
      probe.traced(name, source, subscriber);
      return undefined;
    });
};
