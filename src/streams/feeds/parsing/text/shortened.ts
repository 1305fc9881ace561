import { excerpt } from '../../../internal/excerpt.js';

/** The beginning of a text for a rejection's `got`. */
export const shortened = (text: string): string => {
  // More than an excerpt's 80 characters, without encoding megabytes for them.
  const bytes = Buffer.from(text.slice(0, 200));
  return excerpt(bytes, 0, bytes.length);
};
