import type { StateDict, Weight } from '../../contracts/models/StateDict.js';

/** The entries of a state whose names begin with a prefix; the prefix is removed. */
export const entriesUnder = (prefix: string, state: StateDict): StateDict =>
  new Map(
    Array.from(state).flatMap(([key, weight]): [string, Weight][] =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), weight]] : [],
    ),
  );

/** The entries of a state, with a prefix added to their names. */
export const prefixed = (prefix: string, state: StateDict): [string, Weight][] =>
  Array.from(state, ([key, weight]) => [prefix + key, weight]);
