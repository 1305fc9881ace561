import type * as undici from 'undici';

/** What undici exports. */
export type Undici = typeof undici;

/**
 * Loads undici, the first time that something is asked for over HTTP: a program that reads files alone does not wait
 * for it.
 */
export const loadUndici = async (): Promise<Undici> => {
  // Where nobody has made a request yet, undici puts its own connections under the global `fetch`. Node puts in those
  // that it has by itself once somebody looks at a name that goes with `fetch`; undici then leaves them alone.
  Reflect.get(globalThis, 'Headers');
  // By its file: for the name alone, Bun gives a module of its own that has half of the functions.
  return import('undici/index.js');
};
