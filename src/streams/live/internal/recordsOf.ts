/** Whether a text is meant to be a JSON object. */
export const isObjectText = (text: string): boolean => /^\s*\{/.test(text);

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** Whether a text is a JSON array. A title may begin with a bracket: `[Update] Ferry back`. */
export const isArrayText = (text: string): boolean => /^\s*\[/.test(text) && isJson(text);

/**
 * The records in a message: each is a JSON object, a JSON array or a title. Blank ones are none.
 *
 * A message is one record a line, but for a JSON object or array, which may go over several. An object that is broken is
 * one record as a whole: its pieces are no titles.
 */
export const recordsOf = (message: string): readonly string[] => {
  const lines = message.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '');
  if (lines.length < 2) return lines;
  if (isArrayText(message)) return [message];
  if (!isObjectText(message)) return lines;
  return lines.every(isObjectText) && !isJson(message) ? lines : [message];
};
