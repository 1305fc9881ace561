// 0x80 to 0x9f of windows-1252, as in the Encoding Standard and HTML. Some Node releases decode these bytes as ISO
// 8859-1, to control characters. Feeds also contain such control characters, and references to them, that mean these
// characters.
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** Replaces the control characters U+0080 to U+009F by the windows-1252 characters that they were meant to be. */
export const withoutC1 = (text: string): string =>
  text.replace(/[\x80-\x9f]/g, (control) => WINDOWS_1252.charAt(control.charCodeAt(0) - 0x80));
