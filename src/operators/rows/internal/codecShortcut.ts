import type * as t from 'io-ts';
import type { SourceRow } from '../../../contracts/rows/Row.js';

/** Makes the value that `decode` emits from a row's fields. The codec's `is` has accepted the fields before. */
export type Shortcut = (fields: SourceRow['fields'], id: number) => object;

const shortcuts = new WeakMap<object, Shortcut>();

/**
 * Gives a codec a shortcut. `decode` uses the shortcut instead of decoding when the codec's `is` accepts a row's
 * fields. The reason is speed: io-ts records the path to each field for a possible error, and most rows have none. This
 * record alone took a tenth of the time of reading a table.
 *
 * Only for our own codecs, whose decoding changes no field. For other codecs this is not known: `is` may accept a value
 * that `decode` would trim.
 *
 * @param shortcut must return the value that the codec decodes to, with the id added
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
