import { concat, defer, filter, map, type MonoTypeOperatorFunction } from 'rxjs';
import { type Purpose, PURPOSES, type Random, random } from '../../contracts/random.js';
import { checkOptions, checkTime, checkTypes, checkWhole } from '../../contracts/checkOption.js';
import { withHolding } from '../../contracts/flow/FlowProbe.js';
import { emitInSlices, type SliceOptions } from '../flow/emitInSlices.js';

/** Options of `shuffle`. */
export interface ShuffleOptions extends SliceOptions {
  /**
   * The number of values that are held to choose from, at least 1. With 1 the order does not change. With the number of
   * values or more, every order is equally likely.
   */
  readonly buffer: number;
  /** Any whole number: the same seed gives the same order. */
  readonly seed: number;
  /**
   * The number of this pass over the data, from 1. Each pass has an order of its own. Default: no epoch, so the seed
   * gives one order for the whole run.
   */
  readonly epoch?: number | undefined;
  /** The stream of random numbers that is used. Default `shuffle`, or `epoch-shuffle` when `epoch` is given. */
  readonly purpose?: Purpose | undefined;
}

/**
 * Returned instead of a value while the buffer fills. It is a symbol because every value, including undefined, may be
 * in the stream.
 */
const NOTHING = Symbol('nothing');

/** Empties the array in random order: a Fisher-Yates shuffle, with one draw per value. */
function* drawAll<T>(held: T[], draws: Random): Generator<T, void> {
  while (held.length > 0) {
    const at = draws.below(held.length);
    const last = held.length - 1;
    const drawn = held[at]!;
    held[at] = held[last]!;
    held.length = last;
    yield drawn;
  }
}

/**
 * Emits the values of the source in random order. The seed decides the order.
 *
 * It fills a buffer first. Then each new value replaces a random value of the buffer, which is emitted. When the source
 * completes, the buffer is emptied in random order. So a value moves forward by less than `buffer` places, and back by
 * any number.
 *
 * ```marbles
 * source: a--b--c--d--e--|
 *         shuffle({ buffer: 2, seed })
 * result: ------b--a--c--(ed|)
 * ```
 *
 * No value is lost or repeated: the result is a permutation of the source. If the buffer holds the whole source, every
 * permutation is possible.
 *
 * Holds at most `buffer` values. When the source completes, all of them are due at once. They are emitted while the
 * `valve` is open, for at most `yieldAfter` ms before the event loop runs, so the end of the shuffle acts like a
 * source. An error of the source passes at once, and the held values are not emitted.
 *
 * The method is that of tf.data's shuffle buffer. The generator is xoroshiro128+.
 *
 * @param options `buffer`, `seed`, `epoch`; `valve`, `yieldAfter` and `scheduler` for the values left at the end
 * @throws HeadwaterError `HW_USAGE` when the buffer is below 1, or an option is not a whole number
 *
 * @example
 * ```ts
 * import { from, lastValueFrom, toArray } from 'rxjs';
 * import { shuffle } from 'headwater';
 * const order = await lastValueFrom(from([1, 2, 3, 4, 5]).pipe(shuffle({ buffer: 5, seed: 1234 }), toArray()));
 * console.log(order); // the same permutation of 1 to 5 in every run
 * ```
 * @see {@link batches} for the train rows of an epoch in an order of their own
 */
export const shuffle = <T>(options: ShuffleOptions): MonoTypeOperatorFunction<T> => {
  checkOptions('shuffle', options, '{ buffer: 10_000, seed: 1234 }');
  const { buffer, seed, epoch, purpose = epoch === undefined ? 'shuffle' : 'epoch-shuffle', yieldAfter = 25 } = options;
  checkWhole('shuffle', 'buffer', buffer, 1);
  checkWhole('shuffle', 'seed', seed);
  if (epoch !== undefined) checkWhole('shuffle', 'epoch', epoch, 0);
  checkTime('shuffle', 'yieldAfter', yieldAfter);
  checkTypes('shuffle', options, { purpose: PURPOSES });

  return (source) =>
    defer(() => {
      const draws = random(seed, purpose, epoch);
      const held: T[] = [];
      const exchange = (value: T): T | typeof NOTHING => {
        if (held.length < buffer) {
          held.push(value);
          return NOTHING;
        }
        const at = draws.below(buffer);
        const drawn = held[at]!;
        held[at] = value;
        return drawn;
      };
      const exchanged$ = source.pipe(
        map(exchange),
        filter((value): value is T => value !== NOTHING),
      );
      return withHolding(concat(exchanged$, emitInSlices(drawAll(held, draws), options)), {
        operator: 'shuffle',
        held: () => held.length,
        bound: buffer,
      });
    });
};
