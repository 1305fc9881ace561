import { excerpt } from '../../../internal/excerpt.js';

/** The start of a text, for the `got` field of a rejection. */
export const shortened = (text: string): string => {
  // An excerpt has at most 80 characters; 200 are enough, and a text of megabytes is not encoded.
  const bytes = Buffer.from(text.slice(0, 200));
  return excerpt(bytes, 0, bytes.length);
};
