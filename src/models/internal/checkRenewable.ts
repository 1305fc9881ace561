import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/**
 * Rejects tokens whose embedding cannot be replaced or copied.
 *
 * @throws HeadwaterError `HW_USAGE` for the padding token, and for an index without a token
 */
export const checkRenewable = (
  name: string,
  { vocabularySize, padIndex }: { readonly vocabularySize: number; readonly padIndex: number },
  tokens: readonly number[],
): void => {
  for (const token of tokens) {
    if (Number.isInteger(token) && token >= 0 && token < vocabularySize && token !== padIndex) continue;
    const why =
      token === padIndex
        ? 'is its padding token, whose embedding stays zero'
        : `is not one of its tokens, which are 0 to ${vocabularySize - 1}`;
    throw new HeadwaterError(
      'HW_USAGE',
      `The classifier "${name}" cannot renew tokens: ${token} ${why}. Give tokens of its own vocabulary.`,
    );
  }
};
