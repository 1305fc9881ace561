/** A row that did not pass validation, with what a person needs to find and mend it. */
export interface Rejection {
  readonly type: 'rejection';
  /**
   * Why it was rejected: `field` failed its codec, the record was `ragged`, its bytes are no UTF-8, its quoting is
   * broken, it is over its size limit, it came out empty, or an item of a feed cannot be read.
   */
  readonly reason: 'field' | 'ragged' | 'encoding' | 'quote' | 'oversize' | 'empty' | 'item';
  /** The record's ordinal in its source, from 0. */
  readonly id: number;
  /** The path or address that the row came from; empty where it is not known. */
  readonly source: string;
  /** The line that the record starts on, from 1. Left out where the row was rejected far from its source. */
  readonly line?: number | undefined;
  /** The offset of the record's first byte in the decoded body, in bytes. Left out where the line is not known. */
  readonly byte?: number | undefined;
  /** The field's name, or undefined where the whole record is at fault. */
  readonly field: string | undefined;
  /** The row's class, where it could be read, so that rejections can be told by class. */
  readonly category?: string | undefined;
  /** What was expected, in words. */
  readonly expected: string;
  /** What stood there, shortened to at most 80 characters. */
  readonly got: string;
}

/** Where rejections go. An Observer or a Subject of rejections is one. */
export interface DeadLetter {
  /** Takes one rejection. Throwing (past a limit, say) ends the stream that it came from with the error thrown. */
  next(rejection: Rejection): void;
}
