/** A number that Python writes and JSON does not have. */
const NOT_FINITE = /\b(?:NaN|Infinity)\b/;

/** A JSON string, which stays, or such a number. */
const STRING_OR_NOT_FINITE = /"(?:\\.|[^"\\])*"|-?\b(?:NaN|Infinity)\b/gs;

/** A text of JSON values with null in place of NaN, Infinity and -Infinity, which Python's `json.dumps` writes. */
export const standardJson = (text: string): string =>
  NOT_FINITE.test(text)
    ? text.replaceAll(STRING_OR_NOT_FINITE, (part) => (part.startsWith('"') ? part : 'null'))
    : text;

/**
 * Parses JSON, also with the values that `standardJson` replaces.
 *
 * @throws SyntaxError if the text is no JSON
 */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    const standard = standardJson(text);
    if (standard === text) throw error;
    return JSON.parse(standard);
  }
};
