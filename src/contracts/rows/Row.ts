import type { SparseRow } from './SparseRows.js';

/** One record of a table as its source read it, before its fields are validated. */
export interface SourceRow {
  /** The record's ordinal in its source, from 0; the header is not counted. Equal in every pass over the same bytes. */
  readonly id: number;
  /** The path or address of its source. */
  readonly source: string;
  /** The line on which the record starts, from 1; the header is line 1. */
  readonly line: number;
  /** The offset of the record's first byte in the decoded body, in bytes. */
  readonly byte: number;
  /**
   * The record's fields by header name, in an object without a prototype, because a column may have the name
   * `__proto__`.
   */
  readonly fields: Readonly<Record<string, string>>;
  /** The original line, where the table has one record per line. */
  readonly written?: string | undefined;
}

/** A headline without a label: the input of a classification. */
export interface Headline {
  /** The record's ordinal in its source, from 0. */
  readonly id: number;
  /** The original headline. */
  readonly title: string;
}

/** A headline with its class: the input of a training. */
export interface Row extends Headline {
  /** The class's name. */
  readonly category: string;
  /** The side that its table was given for. Left out where the row is split like all others. */
  readonly side?: Side | undefined;
}

/** A headline with its preprocessed text. */
export type Preprocessed<R extends Headline = Headline> = R & {
  /** The title, lower-cased and filtered; one space separates its words. */
  readonly text: string;
};

/** The input of a model for one text. */
export interface EncodedText {
  /** Token indices, one per token; the padding token does not occur. */
  readonly tokens: Int32Array;
  /**
   * The word vector of each token, from 1; 0 where it has none. Same length as `tokens`; left out where none are used.
   */
  readonly vectorIds?: Int32Array | undefined;
  /** The text's hashed features. Left out where none are used. */
  readonly features?: SparseRow | undefined;
}

/** A headline as token indices. */
export interface TokenizedRow extends EncodedText {
  /** The record's ordinal in its source, from 0. */
  readonly id: number;
}

/** A labelled headline as token indices and a class index. */
export interface LabelledTokens extends TokenizedRow {
  /** The class's index in the label encoder, from 0. */
  readonly label: number;
}

/** The side of a row. It is the same for the whole run. */
export type Side = 'train' | 'validation' | 'test';

/** The sides, in the order of shares and counts. */
export const SIDES = ['train', 'validation', 'test'] as const satisfies readonly Side[];

/** A row and the side it is on. */
export interface SidedRow<R> {
  readonly side: Side;
  readonly row: R;
}
