import type * as undici from 'undici';

/** The exports of undici. */
export type Undici = typeof undici;

/** Loads undici at the first HTTP request, so that a program that reads only files does not wait for it. */
export const loadUndici = async (): Promise<Undici> => {
  // If the process has made no request yet, importing undici would install its own dispatcher for the global `fetch`.
  // Accessing a global that belongs to `fetch` makes Node install its built-in dispatcher first, and undici then keeps
  // it.
  Reflect.get(globalThis, 'Headers');
  // Imported by file name: for the bare name, Bun returns its own module, which has only half of the functions.
  return import('undici/index.js');
};
