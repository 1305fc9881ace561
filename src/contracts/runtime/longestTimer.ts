/**
 * The longest delay of a timer, in milliseconds, about 24.8 days. Node and browsers replace a longer delay by one
 * millisecond. Code that has to wait longer checks the clock and waits again.
 */
export const LONGEST_TIMER = 2 ** 31 - 1;
