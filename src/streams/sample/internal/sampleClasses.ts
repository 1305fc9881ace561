/** The classes of the sample. */
export const SAMPLE_CLASSES = ['Business', 'Sci/Tech', 'Sports', 'World'] as const;

/** A class of the sample. */
export type SampleClass = (typeof SAMPLE_CLASSES)[number];
