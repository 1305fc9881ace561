import { isJson } from '../../internal/isJson.js';

/** Whether a text begins like a JSON object. */
export const isObjectText = (text: string): boolean => /^\s*\{/.test(text);

/** Whether a text is a JSON array. A title may begin with a bracket: `[Update] Ferry back`. */
export const isArrayText = (text: string): boolean => /^\s*\[/.test(text) && isJson(text);

/**
 * The records in a message: each is a JSON object, a JSON array or a title. Blank lines are not records.
 *
 * Each line is one record, except that a JSON object or array may span several lines. A broken object of several lines
 * is one record as a whole, so that its lines do not become titles.
 */
export const recordsOf = (message: string): readonly string[] => {
  const lines = message.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '');
  if (lines.length < 2) return lines;
  if (isArrayText(message)) return [message];
  if (!isObjectText(message)) return lines;
  return lines.every(isObjectText) && !isJson(message) ? lines : [message];
};
