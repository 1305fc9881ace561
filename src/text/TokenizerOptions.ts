/** The options of a vocabulary. */
export interface TokenizerOptions {
  /** Whether tokens are characters (code points) instead of words. Default: false. */
  readonly charLevel?: boolean | undefined;
  /** Whether texts are looked up in lower case, as folded by `foldCase`. Default: false. */
  readonly foldCase?: boolean | undefined;
  /**
   * The largest number of tokens in the vocabulary, including the padding and the unknown token; at least 3. Default:
   * no limit.
   */
  readonly numTokens?: number | undefined;
  /** The smallest number of occurrences with which a token is kept; at least 1. Default: 1. */
  readonly minTokenFrequency?: number | undefined;
  /** The name of the padding token, which has index 0. Default: `<PAD>`. */
  readonly padToken?: string | undefined;
  /** The name of the unknown token, which has index 1. Default: `<UNK>`. */
  readonly unknownToken?: string | undefined;
  /**
   * The largest number of distinct tokens that are counted at a time, at least 2; four times `numTokens` where that is
   * more. Default 250,000.
   */
  readonly mostCounted?: number | undefined;
}
