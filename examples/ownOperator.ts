/**
 * An operator of one's own: `pace` lets values through one at a time, so many milliseconds apart, and makes their
 * source wait meanwhile.
 *
 * It is made of `boundedQueue`, as most operators that take time can be. `ownOperator.test.ts` tests it in virtual
 * time, without waiting.
 *
 *     npx tsx examples/ownOperator.ts
 */
import {
  concat,
  firstValueFrom,
  ignoreElements,
  map,
  type MonoTypeOperatorFunction,
  of,
  switchMap,
  take,
  tap,
  timer,
  toArray,
} from 'rxjs';
import { boundedQueue, decode, fetchCsv, headlineRow, serveSample, type Valve, valve } from 'headwater';

export interface PaceOptions {
  /** The time from one value to the next, in milliseconds. */
  readonly every: number;
  /** Held while values wait: the source must be given the same one. */
  readonly valve: Valve;
}

/**
 * Lets a value through every so many milliseconds: to replay headlines at a human speed, or to ask a service politely.
 *
 *     source:                  (abc)------------|
 *     pace({ every: 3, … })    a--b--c----------|
 *
 * Holds 2 values + what its source sends before it stops. Values keep their order, and an error comes after the values
 * before it.
 */
export const pace = <T>({ every, valve }: PaceOptions): MonoTypeOperatorFunction<T> =>
  boundedQueue({
    valve,
    highWaterMark: 2,
    // The value at once, and then nothing for a while: the next one waits for the end.
    project: (value: T) => concat(of(value), timer(every).pipe(ignoreElements())),
  });

/** The first titles of a table, one every so often. */
export const replay = (source: string | URL, titles: number, every: number) => {
  const brake = valve();
  return fetchCsv(source, { valve: brake }).pipe(
    decode(headlineRow),
    pace({ every, valve: brake }),
    map(({ title }) => title),
    take(titles),
  );
};

if (process.argv[1] === import.meta.filename) {
  const shown$ = serveSample().pipe(
    switchMap((url) =>
      replay(url, 10, 300).pipe(
        tap((title) => console.log(title)),
        toArray(),
      ),
    ),
  );
  await firstValueFrom(shown$);
}
