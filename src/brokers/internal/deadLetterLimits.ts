/** The most bytes of the message in a dead letter that the broker refused in its full length. */
export const SHORT_BYTES = 16_384;

/** The most characters of the reason in a dead letter. */
export const LONGEST_REASON = 1000;
