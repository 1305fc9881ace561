let segmenter: Intl.Segmenter | undefined;

/**
 * The engine's division of text into words, for scripts without spaces between words. It is made at the first call,
 * because it loads a dictionary.
 */
export const wordSegmenter = (): Intl.Segmenter => (segmenter ??= new Intl.Segmenter('und', { granularity: 'word' }));
