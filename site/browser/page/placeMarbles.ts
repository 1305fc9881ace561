import type { Notified } from '../protocol.js';

/** A program that is over in so many milliseconds is drawn in the order in which its values came. */
const SHORT_MS = 5;
/** Values of one stage that come within this time are drawn below one another: beside, they would hide each other. */
const MOMENT_MS = 1;
/** The most values of one moment that are drawn; of more, the last place says how many there are. */
const MOST_BELOW = 5;

/** Where a notification is drawn. */
export interface Place {
  readonly notified: Notified;
  /** From 0 to 1 along the axis. */
  readonly x: number;
  /** How many values of the same moment are above it. */
  readonly below: number;
  /** How many further values of the moment this place stands for. */
  readonly more: number;
}

/** What is drawn: the places of each stage in the order of their arrival, and the time that the axis covers. */
export interface Placed {
  readonly rows: ReadonlyMap<number, readonly Place[]>;
  /** Whether the axis is the order of arrival instead of the time. */
  readonly inOrder: boolean;
  readonly milliseconds: number;
}

/** Puts the values of one moment below one another. Ends are drawn across the whole row. */
const below = (row: readonly Notified[], xOf: (notified: Notified) => number, inOrder: boolean): readonly Place[] => {
  const places: Place[] = [];
  let first: Notified | undefined;
  let count = 0;
  for (const notified of row) {
    const x = xOf(notified);
    if (inOrder || notified.kind !== 'next') {
      places.push({ notified, x, below: 0, more: 0 });
      continue;
    }
    if (first === undefined || notified.time - first.time >= MOMENT_MS) [first, count] = [notified, 0];
    if (count < MOST_BELOW) places.push({ notified, x: xOf(first), below: count, more: 0 });
    else {
      const at = places.findLastIndex((place) => place.below === MOST_BELOW - 1);
      const last = places[at];
      if (last !== undefined) places[at] = { ...last, more: count - MOST_BELOW + 1 };
    }
    count += 1;
  }
  return places;
};

/** Finds the place of each notification. */
export const placeMarbles = (notified: readonly Notified[]): Placed => {
  const all = notified.toSorted((a, b) => a.time - b.time);
  const from = all[0]?.time ?? 0;
  const milliseconds = (all.at(-1)?.time ?? 0) - from;
  const inOrder = milliseconds < SHORT_MS;
  const order = new Map(all.map((one, at) => [one, (at + 0.5) / all.length]));
  const xOf = (one: Notified): number => (inOrder ? (order.get(one) ?? 0) : (one.time - from) / milliseconds);
  const stages = [...new Set(all.map(({ stage }) => stage))];
  const rows = new Map(
    stages.map((stage) => [
      stage,
      below(
        all.filter((one) => one.stage === stage),
        xOf,
        inOrder,
      ),
    ]),
  );
  return { rows, inOrder, milliseconds };
};

/** The times that the axis names: round ones, about five of them. */
export const ticksOf = (milliseconds: number): readonly number[] => {
  const power = 10 ** Math.floor(Math.log10(milliseconds / 5));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => milliseconds / size <= 6) ?? milliseconds;
  return Array.from({ length: Math.floor(milliseconds / step) + 1 }, (_, at) => Number((at * step).toPrecision(6)));
};
