import type * as t from 'io-ts';
import type { SourceRow } from '../../../contracts/rows/Row.js';

/** Makes of a row's fields, which the codec's `is` has found good, what `decode` emits of them. */
export type Shortcut = (fields: SourceRow['fields'], id: number) => object;

const shortcuts = new WeakMap<object, Shortcut>();

/**
 * Gives a codec a shortcut that `decode` takes where the codec's `is` passes a row's fields, instead of decoding them:
 * io-ts keeps a record of the way to each field, for an error that there mostly is none of, and this alone took a tenth
 * of the time of reading a table.
 *
 * It is for codecs of our own, whose decoding changes no field. Of any other codec nobody can say so: `is` may pass
 * what `decode` would trim.
 *
 * @param shortcut must give what the codec decodes to, and the id
 */
export const withShortcut = <C extends t.Mixed>(
  codec: C,
  shortcut: (fields: SourceRow['fields'] & t.TypeOf<C>, id: number) => t.TypeOf<C> & { readonly id: number },
): C => {
  shortcuts.set(codec, shortcut);
  return codec;
};

/** The codec's shortcut, if it has one. */
export const shortcutOf = (codec: object): Shortcut | undefined => shortcuts.get(codec);
