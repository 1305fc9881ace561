/** Powers of ten that a double holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);

/** Below this bound a double holds every whole number exactly. */
const EXACT = 2 ** 53;

const PLUS = 43;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const NINE = 57;
const E_LOWER = 101;
const E_UPPER = 69;

/**
 * Parses decimal numbers from bytes, about ten times as fast as `Number` on substrings. Numbers that may lose precision
 * are parsed by `Number`.
 */
export class NumberParser {
  /** The offset after the last parsed number. */
  end = 0;

  /**
   * Parses the number that begins at the byte `from`.
   *
   * @param to the end of the bytes (exclusive)
   * @returns NaN if there is no number
   */
  parse(bytes: Buffer, from: number, to: number): number {
    let at = from;
    const negative = bytes[at] === MINUS;
    if (negative || bytes[at] === PLUS) at++;
    let digits = 0;
    let exponent = 0;
    let seen = 0;
    let afterPoint = false;
    for (; at < to; at++) {
      const byte = bytes[at]!;
      if (byte >= ZERO && byte <= NINE) {
        seen++;
        if (afterPoint) exponent--;
        digits = digits * 10 + byte - ZERO;
      } else if (byte === POINT && !afterPoint) afterPoint = true;
      else break;
    }
    let written = 0;
    if (seen > 0 && (bytes[at] === E_LOWER || bytes[at] === E_UPPER) && at < to) {
      let sign = 1;
      let here = at + 1;
      if (bytes[here] === MINUS) sign = -1;
      if (bytes[here] === MINUS || bytes[here] === PLUS) here++;
      const first = here;
      while (here < to && bytes[here]! >= ZERO && bytes[here]! <= NINE && here - first < 5)
        written = written * 10 + bytes[here++]! - ZERO;
      if (here > first) at = here;
      written *= sign;
    }
    this.end = at;
    if (seen === 0) return NaN;
    exponent += written;
    const size = Math.abs(exponent);
    let value: number;
    if (digits < EXACT && size < POWERS.length) value = exponent < 0 ? digits / POWERS[size]! : digits * POWERS[size]!;
    else value = Number(bytes.toString('latin1', negative ? from + 1 : from, at));
    return negative ? -value : value;
  }
}
