import { checkOptions, checkWhole } from '../contracts/checkOption.js';
import { checkArgument } from '../contracts/checkArgument.js';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import type { Vocabulary } from '../contracts/live/Learning.js';
import type { EncodedText } from '../contracts/rows/Row.js';

/** The options of `rememberTexts`. */
export interface RememberTextsOptions {
  /** The largest number of tokens, vector ids and features, of all texts together. Default 2²⁵: about 200 MB. */
  readonly maxValues?: number | undefined;
}

/**
 * Makes an encoder that encodes each text once and caches the result. Use it for a training of many epochs, where
 * hashing a text's features takes longer than learning from it.
 *
 * It returns the same values as the encoder, so a training gives the same bits with and without it. Callers must not
 * change the returned values.
 *
 * Memory: at most `maxValues` values of 4 or 8 bytes, and their texts. When the cache is full, further texts are
 * encoded each time.
 *
 * @param encoder encodes a text as a model's input; it must not learn, because cached texts would then have outdated
 * values
 * @throws HeadwaterError `HW_USAGE` for an encoder that learns, or a bound that is not a whole number of at least 0
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
  options: RememberTextsOptions = {},
): Vocabulary & { encodeText(text: string): EncodedText } => {
  checkOptions('rememberTexts', options, 'encoder, { maxValues: 10_000 }');
  const { maxValues = 2 ** 25 } = options;
  checkArgument('rememberTexts', 'encoder', encoder, 'a row encoder, such as rowEncoder() makes');

  if ('learn' in encoder)
    throw new HeadwaterError(
      'HW_USAGE',
      'rememberTexts was given a vocabulary that learns, which encodes a ' +
        'text otherwise later on. Give it one that stays as it is.',
    );
  checkWhole('rememberTexts', 'maxValues', maxValues, 0);
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
