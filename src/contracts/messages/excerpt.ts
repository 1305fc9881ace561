/**
 * Cuts a text to at most `limit` UTF-16 units. An ellipsis replaces the rest. No surrogate pair is split.
 *
 * @param text any text
 * @param limit the largest number of UTF-16 units; at least 1
 */
export const excerpt = (text: string, limit = 80): string => {
  if (text.length <= limit) return text;
  const end = limit - 1;
  const last = text.charCodeAt(end - 1);
  const splits = last >= 0xd800 && last <= 0xdbff;
  return `${text.slice(0, splits ? end - 1 : end)}…`;
};
