const SURROGATE = /[\ud800-\udfff]/;
/** Surrogates without their other halves. They are no characters, but JSON and JavaScript texts can have them. */
const LONE = /(\p{Cs}+)/u;

/**
 * A text in a normalization form of Unicode, the same in every engine. Firefox replaces a lone surrogate by U+FFFD, and
 * V8 keeps it, so that a model would answer differently in a browser. Here it is kept.
 */
export const normalForm = (text: string, form: 'NFC' | 'NFKC'): string =>
  // The first test is fast, and most texts need no other.
  SURROGATE.test(text) && LONE.test(text)
    ? text
        .split(LONE)
        .map((part, at) => (at % 2 === 0 ? part.normalize(form) : part))
        .join('')
    : text.normalize(form);
