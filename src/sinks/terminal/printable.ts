/**
 * Escapes every character of a text that a terminal would interpret instead of showing it.
 *
 * Class names and fields of rejected rows come from untrusted files. An escape sequence in them could colour, move or
 * erase the text around it, and a bidirectional override could reverse the line.
 *
 * @returns the text, with control characters, line separators and bidirectional controls as `\uXXXX`
 */
export const printable = (text: string): string =>
  text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
