/**
 * The longest that a timer can wait, in milliseconds, about 24.8 days: Node and browsers take a longer delay for one of
 * a millisecond. Code that has to wait longer looks at the clock, and waits again.
 */
export const LONGEST_TIMER = 2 ** 31 - 1;
