// 0x80 to 0x9f of windows-1252, as the Encoding Standard and HTML have them. Some releases of Node decode them as
// ISO 8859-1 does, to controls; and feeds have such controls, and references to them, that mean what is here.
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** Text in which controls from U+0080 to U+009F are the characters that they were meant to be. */
export const withoutC1 = (text: string): string =>
  text.replace(/[\x80-\x9f]/g, (control) => WINDOWS_1252.charAt(control.charCodeAt(0) - 0x80));
