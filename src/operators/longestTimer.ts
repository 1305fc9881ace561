/**
 * The longest that a timer can wait, in milliseconds: Node and browsers take a longer delay for one of a millisecond.
 * Who has longer to wait looks at the clock, and waits again.
 */
export const LONGEST_TIMER = 2 ** 31 - 1;
