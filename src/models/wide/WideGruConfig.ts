import { checkArgument } from '../../contracts/checkArgument.js';
import { checkTypes } from '../../contracts/checkOption.js';
import * as t from 'io-ts';
import { completed } from '../internal/completed.js';
import { guarded, positive, share, wholeNumber } from '../internal/guarded.js';

const severalOrNone = guarded(
  'a whole number of at least 2, or nothing',
  (value): value is number | undefined =>
    value === undefined || (typeof value === 'number' && Number.isSafeInteger(value) && value >= 2),
);

const attentionOrNone = guarded(
  '"attention", or nothing',
  (value): value is 'attention' | undefined => value === undefined || value === 'attention',
);

/** How a wide GRU pools the outputs of a row's tokens. */
export type WideGruPooling = 'max-mean' | 'attention';

/** The codec of a wide GRU's configuration. */
export const WideGruConfig = t.readonly(
  t.strict({
    /** Distinguishes it from other architectures. */
    architecture: t.literal('wide-gru'),
    /** The number of classes, C. */
    classes: wholeNumber(2),
    /** The number of tokens, V, including padding and unknown. */
    vocabularySize: wholeNumber(2),
    /** The token that fills up shorter rows; it has no embedding. */
    padIndex: wholeNumber(0),
    /** The size of a token's embedding, E; equal to the size of the word vectors, where there are any. */
    embeddingDim: wholeNumber(1),
    /** The size of one direction's hidden state, H. */
    hiddenDim: wholeNumber(1),
    /** Whether each token has a fixed word vector, to which its trained embedding is added. */
    vectors: t.boolean,
    /** The number of columns of the hashed features, F; 0 where it uses none. */
    columns: wholeNumber(0),
    /** The share of embedding values, and of pooled values, that is dropped in training. */
    dropout: share,
    /** The share of whole words that is dropped in training. */
    wordDropout: share,
    /** The temperature that divides the logits before softmax, fitted on validation rows; not used in training. */
    temperature: positive,
    /** The number of networks whose logits are averaged; left out where there is one. */
    members: severalOrNone,
    /** How the outputs of the tokens are pooled; left out for their largest values and means. */
    pooling: attentionOrNone,
  }),
);

/** The configuration of a wide GRU. */
export type WideGruConfig = t.TypeOf<typeof WideGruConfig>;

/** The options that {@link wideGruConfig} completes. */
export interface WideGruOptions {
  /** The number of classes: `labelEncoder.size`. */
  readonly classes: number;
  /** The number of tokens: `tokenizer.size`. */
  readonly vocabularySize: number;
  /** Default 0. */
  readonly padIndex?: number | undefined;
  /** Whether there are word vectors. Default false. */
  readonly vectors?: boolean | undefined;
  /** Default 100. With word vectors it must equal their `dims`. */
  readonly embeddingDim?: number | undefined;
  /** Default 128. */
  readonly hiddenDim?: number | undefined;
  /** The columns of the features: `features.columns`. Default 0: no wide part. */
  readonly columns?: number | undefined;
  /** Default 0.3; 0.4 without word vectors. */
  readonly dropout?: number | undefined;
  /** Default 1. */
  readonly temperature?: number | undefined;
  /** Default 0; 0.3 without word vectors. */
  readonly wordDropout?: number | undefined;
  /** The number of networks whose logits are averaged. Default 1. */
  readonly members?: number | undefined;
  /**
   * How the outputs of the tokens are pooled: `max-mean`, their largest values and their means, or `attention`, their
   * largest values and their sum weighted by attention. Default `max-mean`.
   */
  readonly pooling?: WideGruPooling | undefined;
}

/**
 * Completes the configuration of a wide GRU, and checks it.
 *
 * @throws HeadwaterError `HW_USAGE` when a value is invalid
 *
 * @example
 * ```ts
 * import { wideGruConfig } from 'headwater';
 * wideGruConfig({ classes: 4, vocabularySize: 9000, columns: 2 ** 20 }).hiddenDim; // 128
 * ```
 */
export const wideGruConfig = (options: WideGruOptions): WideGruConfig => {
  checkArgument('wideGruConfig', 'options', options, 'an object such as { classes: 4, vocabularySize: 1000 }');

  const { classes, vocabularySize, padIndex = 0, vectors = false, embeddingDim = 100, hiddenDim = 128 } = options;
  const { temperature = 1, columns = 0, dropout = vectors ? 0.3 : 0.4, wordDropout = vectors ? 0 : 0.3 } = options;
  const { members = 1, pooling = 'max-mean' } = options;
  checkTypes('wideGruConfig', { pooling }, { pooling: ['max-mean', 'attention'] });
  return completed(WideGruConfig, 'A wide GRU', {
    architecture: 'wide-gru',
    classes,
    vocabularySize,
    padIndex,
    embeddingDim,
    hiddenDim,
    vectors,
    columns,
    dropout,
    wordDropout,
    temperature,
    members: members === 1 ? undefined : members,
    pooling: pooling === 'max-mean' ? undefined : pooling,
  });
};
