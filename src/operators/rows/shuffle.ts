import { concat, defer, filter, map, type MonoTypeOperatorFunction } from 'rxjs';
import { type Purpose, type Random, random } from '../../contracts/random.js';
import { checkOptions, checkTime, checkWhole } from '../../contracts/checkOption.js';
import { withHolding } from '../../contracts/flow/FlowProbe.js';
import { emitInSlices, type SliceOptions } from '../flow/emitInSlices.js';

/** How `shuffle` works. */
export interface ShuffleOptions extends SliceOptions {
  /**
   * How many values are held to choose from, at least 1. At 1 the order stays as it is; at the number of values or
   * above, every order is equally likely.
   */
  readonly buffer: number;
  /** Any whole number: the same seed gives the same order. */
  readonly seed: number;
  /**
   * Which pass over the data this is, from 1: each has an order of its own. Default: the one order that the seed gives
   * to the whole run.
   */
  readonly epoch?: number | undefined;
  /** Which stream of random numbers is drawn from. Default `shuffle`, or `epoch-shuffle` when `epoch` is given. */
  readonly purpose?: Purpose | undefined;
}

/** What an arrival is exchanged for while the buffer fills; any value of a stream, undefined too, is a value. */
const NOTHING = Symbol('nothing');

/** Empties the array in random order: a Fisher-Yates shuffle, one draw a value. */
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
 * Emits the values of the source in random order, decided by the seed.
 *
 * It fills a buffer; then each arrival takes the place of one held value, chosen at random, which is emitted. When the
 * source completes, the buffer is emptied in random order. So a value moves forward by less than `buffer` places, and
 * back by any number.
 *
 * ```marbles
 * source: a--b--c--d--e--|
 *         shuffle({ buffer: 2, seed })
 * result: ------b--a--c--(ed|)
 * ```
 *
 * Nothing is lost or repeated: the result is a permutation of the source, of all of it if the buffer holds it all.
 *
 * Holds at most `buffer` values. When the source completes they all become due at once: they are emitted while the
 * `valve` is open, and never for longer than `yieldAfter` before the event loop has its turn, so the end of the shuffle
 * acts as a source of its own. An error of the source passes at once, and the values held are not emitted.
 *
 * The method is that of tf.data's shuffle buffer; the generator is xoroshiro128+.
 *
 * @param options `buffer`, `seed`, `epoch`; `valve`, `yieldAfter` and `scheduler` for the values left at the end
 * @throws HeadwaterError `HW_USAGE` when the buffer is below 1, or an option is no whole number
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
