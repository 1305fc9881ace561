import type { StateDict, Weight } from '../../contracts/models/StateDict.js';

/** Entries of a state under a prefix, without it. */
export const entriesUnder = (prefix: string, state: StateDict): StateDict =>
  new Map(
    Array.from(state).flatMap(([key, weight]): [string, Weight][] =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), weight]] : [],
    ),
  );

/** Entries of a state, with a prefix. */
export const prefixed = (prefix: string, state: StateDict): [string, Weight][] =>
  Array.from(state, ([key, weight]) => [prefix + key, weight]);
