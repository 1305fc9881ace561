/** A row that failed validation, with the data that a person needs to find and correct it. */
export interface Rejection {
  readonly type: 'rejection';
  /**
   * Why it was rejected: a `field` failed its codec, the record is `ragged` (wrong number of fields), its bytes are not
   * UTF-8 (`encoding`), its quoting is broken (`quote`), it exceeds the size limit (`oversize`), it is empty (`empty`),
   * or an `item` of a feed cannot be read.
   */
  readonly reason: 'field' | 'ragged' | 'encoding' | 'quote' | 'oversize' | 'empty' | 'item';
  /** The record's ordinal in its source, from 0. */
  readonly id: number;
  /** The path or address that the row came from; empty where it is not known. */
  readonly source: string;
  /** The line on which the record starts, from 1. Left out where it is not known. */
  readonly line?: number | undefined;
  /** The offset of the record's first byte in the decoded body, in bytes. Left out where the line is not known. */
  readonly byte?: number | undefined;
  /** The field's name; undefined where the whole record is invalid. */
  readonly field: string | undefined;
  /** The row's class, where it could be read, so that rejections can be counted by class. */
  readonly category?: string | undefined;
  /** The expected content, in words. */
  readonly expected: string;
  /** The actual content, shortened to at most 80 characters. */
  readonly got: string;
}

/** Receives rejections. An Observer or a Subject of rejections is one. */
export interface DeadLetter {
  /** Takes one rejection. If it throws (past a limit, for example), the rejection's stream ends with that error. */
  next(rejection: Rejection): void;
}
