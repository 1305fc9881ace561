import { checkArgument } from '../contracts/checkArgument.js';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import type { CellName } from '../ops/recurrent/internal/RecurrentPass.js';
import { completed } from './internal/completed.js';
import { guarded, share, wholeNumber } from './internal/guarded.js';

/** The version of the artifact format that this library writes. */
export const FORMAT_VERSION = 2;

/** The previous version: the same fields, without a manifest and further files. It is read like the current version. */
export const EARLIER_VERSION = 1;

/** Replaces the previous version number in a value by the current one. */
const raised = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'formatVersion' in value && value.formatVersion === EARLIER_VERSION
    ? { ...value, formatVersion: FORMAT_VERSION }
    : value;

/** The recurrent cells that a classifier can have. */
export type Cell = CellName;

const cellName = guarded(
  '"rnn", "gru" or "lstm"',
  (value): value is Cell => value === 'rnn' || value === 'gru' || value === 'lstm',
);

const fields = t.readonly(
  t.strict({
    /** The version of the artifact format. */
    formatVersion: t.literal(FORMAT_VERSION),
    /** The recurrent cell. */
    cell: cellName,
    /** Whether a second layer reads each row backwards. */
    bidirectional: t.boolean,
    /** The number of tokens, V, including padding and unknown. */
    vocabularySize: wholeNumber(2),
    /** The size of a token's embedding, E. */
    embeddingDim: wholeNumber(1),
    /** The size of one direction's hidden state, H. */
    hiddenDim: wholeNumber(1),
    /** The size of the layer between the two linear layers, F. */
    fcDim: wholeNumber(1),
    /** The dropout rate of that layer in training. */
    dropout: share,
    /** The number of classes, C. */
    classes: wholeNumber(2),
    /** The token that fills up shorter rows. Its embedding is always zero. */
    padIndex: wholeNumber(0),
    /** Whether the recurrent layers also run over the padding, as the lesson's do. */
    overPadding: t.boolean,
  }),
);

/** The configuration of a classifier. */
export type ClassifierConfig = t.TypeOf<typeof fields>;

const indexOfToken = guarded(
  'a whole number below vocabularySize',
  (value): value is number => typeof value === 'number',
);

/** The codec of `config.json`. It ignores unknown fields, and reads the previous version like the current one. */
export const ClassifierConfig = new t.Type<ClassifierConfig>(
  'ClassifierConfig',
  (value): value is ClassifierConfig => fields.is(value) && value.padIndex < value.vocabularySize,
  (value, context) =>
    pipe(
      fields.validate(raised(value), context),
      E.flatMap((config) =>
        config.padIndex < config.vocabularySize
          ? t.success(config)
          : t.failure<ClassifierConfig>(
              config.padIndex,
              t.appendContext(context, 'padIndex', indexOfToken, config.padIndex),
            ),
      ),
    ),
  fields.encode,
);

/** The options that {@link classifierConfig} completes. */
export interface ClassifierOptions {
  /** The number of tokens, including padding and unknown: `tokenizer.size`. */
  readonly vocabularySize: number;
  /** The number of classes: `labelEncoder.size`. */
  readonly classes: number;
  /** The recurrent cell. Default `gru`. */
  readonly cell?: Cell | undefined;
  /**
   * Whether a second layer reads each row backwards. Default true for `gru` and `lstm`, false for `rnn`, as in the
   * lesson.
   */
  readonly bidirectional?: boolean | undefined;
  /** The size of a token's embedding. Default 100. */
  readonly embeddingDim?: number | undefined;
  /** The size of one direction's hidden state. Default 128. */
  readonly hiddenDim?: number | undefined;
  /** The size of the layer between the two linear layers. Default 100. */
  readonly fcDim?: number | undefined;
  /** The dropout rate of that layer in training, in [0, 1). Default 0.1. */
  readonly dropout?: number | undefined;
  /** The token that fills up shorter rows. Default 0. */
  readonly padIndex?: number | undefined;
  /**
   * Whether the recurrent layers also run over the padding, as the lesson's do. A prediction then depends on the other
   * rows of its batch. Default false.
   */
  readonly overPadding?: boolean | undefined;
}

/**
 * Completes a classifier's configuration with the lesson's sizes, and checks it.
 *
 * @throws HeadwaterError `HW_USAGE` when a value is invalid
 *
 * @example
 * ```ts
 * import { classifierConfig } from 'headwater';
 * const config = classifierConfig({ cell: 'gru', vocabularySize: 5000, classes: 4 });
 * config.hiddenDim; // 128
 * ```
 */
export const classifierConfig = (options: ClassifierOptions): ClassifierConfig => {
  checkArgument('classifierConfig', 'options', options, 'an object such as { vocabularySize: 1000, classes: 4 }');

  const {
    cell = 'gru',
    bidirectional = cell !== 'rnn',
    embeddingDim = 100,
    hiddenDim = 128,
    fcDim = 100,
    dropout = 0.1,
    padIndex = 0,
    overPadding = false,
  } = options;
  const { vocabularySize, classes } = options;
  return completed(ClassifierConfig, 'A classifier', {
    formatVersion: FORMAT_VERSION,
    cell,
    bidirectional,
    vocabularySize,
    embeddingDim,
    hiddenDim,
    fcDim,
    dropout,
    classes,
    padIndex,
    overPadding,
  });
};
