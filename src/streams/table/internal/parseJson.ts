/** A JSON string, or a number that Python writes and JSON does not have. Only the latter is replaced. */
const STRING_OR_NOT_FINITE = /"(?:\\.|[^"\\])*"|-?\b(?:NaN|Infinity)\b/gs;

/**
 * Parses JSON, also with the values NaN, Infinity and -Infinity, which Python's `json.dumps` writes. They become null.
 *
 * @throws SyntaxError if the text is no JSON
 */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!/\b(?:NaN|Infinity)\b/.test(text)) throw error;
    return JSON.parse(text.replaceAll(STRING_OR_NOT_FINITE, (part) => (part.startsWith('"') ? part : 'null')));
  }
};
