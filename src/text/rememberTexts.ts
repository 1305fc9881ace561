import { optionText } from '../contracts/checkOption.js';
import { checkArgument } from '../contracts/checkArgument.js';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import type { Vocabulary } from '../contracts/live/Learning.js';
import type { EncodedText } from '../contracts/rows/Row.js';

/** How much is remembered. */
export interface RememberTextsOptions {
  /** The most tokens, vector ids and features that are held, of all texts together. Default 2²⁵: about 200 MB. */
  readonly maxValues?: number | undefined;
}

/**
 * Makes an encoder that encodes each text once and remembers it: for a training of many epochs, where hashing the
 * features of a text takes longer than learning from it.
 *
 * It gives what the encoder gives, so a training has the same bits with it and without. Whoever reads what it gives must
 * not change it.
 *
 * Holds at most `maxValues` values of 4 or 8 bytes, and their texts; texts that come when it is full are encoded each
 * time.
 *
 * @param encoder what turns a text into what a model reads; it must not learn, since a text would then stand for
 *   something else later on
 * @throws HeadwaterError `HW_USAGE` for an encoder that learns, or a bound that is no whole number of at least 0
 *
 * @example
 * ```ts
 * import { lastValueFrom, of } from 'rxjs';
 * import { rememberTexts, rowEncoder, Tokenizer } from 'headwater';
 * const tokenizer = await lastValueFrom(of('ferry returns').pipe(Tokenizer.fit()));
 * const encoder = rememberTexts(rowEncoder({ tokenizer })); // as `encoder` of `batches` and `batchSource`
 * encoder.encodeText('ferry') === encoder.encodeText('ferry'); // true
 * ```
 */
export const rememberTexts = (
  encoder: Vocabulary,
  { maxValues = 2 ** 25 }: RememberTextsOptions = {},
): Vocabulary & { encodeText(text: string): EncodedText } => {
  checkArgument('rememberTexts', 'encoder', encoder, 'a row encoder, such as rowEncoder() makes');

  if ('learn' in encoder)
    throw new HeadwaterError(
      'HW_USAGE',
      'rememberTexts was given a vocabulary that learns, which encodes a text otherwise later on. Give it one that stays as it is.',
    );
  if (!(Number.isSafeInteger(maxValues) && maxValues >= 0))
    throw new HeadwaterError(
      'HW_USAGE',
      `rememberTexts: maxValues is ${optionText(maxValues)}, but must be a whole number of at least 0.`,
    );
  const known = new Map<string, EncodedText>();
  let held = 0;
  const encodeText = (text: string): EncodedText => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const encoded: EncodedText = encoder.encodeText?.(text) ?? { tokens: encoder.encode(text) };
    const { tokens, vectorIds, features } = encoded;
    const values = tokens.length + (vectorIds?.length ?? 0) + 2 * (features?.ids.length ?? 0);
    if (held + values > maxValues) return encoded;
    held += values;
    known.set(text, encoded);
    return encoded;
  };
  return {
    padIndex: encoder.padIndex,
    unknownIndex: encoder.unknownIndex,
    encode: (text) => encoder.encode(text),
    encodeText,
  };
};
