/**
 * A text with everything escaped that would act on a terminal instead of being seen on it.
 *
 * Class names and fields of rejected rows come from files that anyone may have written: an escape sequence in one would
 * colour, move or erase what stands around it, and a bidirectional override would turn the line around.
 *
 * @returns the text, with control characters, line separators and bidirectional controls as `\uXXXX`
 */
export const printable = (text: string): string =>
  text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
