/** A string, which stays; or a comment. */
const STRING_OR_COMMENT = /"(?:\\.|[^"\\])*"|\/\/[^\n]*|\/\*.*?(?:\*\/|$)/gs;

/** A string, which stays; or what some programs write and JSON does not have. */
const STRING_OR_NOT_JSON = /"(?:\\.|[^"\\])*"|,(?=\s*[}\]])|-?\b(?:NaN|Infinity)\b/gs;

/**
 * Parses JSON, also with comments, with line breaks and other control characters in strings, with a comma after the
 * last value, and with NaN and Infinity, which become null.
 *
 * @throws SyntaxError if the text is no JSON even so
 */
export const lenientJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return JSON.parse(
      text
        .replaceAll(STRING_OR_COMMENT, (part) => (part.startsWith('"') ? part : ' '))
        .replace(/\p{Cc}/gu, ' ')
        .replaceAll(STRING_OR_NOT_JSON, (part) => (part.startsWith('"') ? part : part === ',' ? '' : 'null')),
    );
  }
};
