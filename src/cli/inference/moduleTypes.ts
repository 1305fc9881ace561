/**
 * The TypeScript declarations of a module that `moduleText` writes. They need no package.
 *
 * @param classes the classes of the model
 */
export const moduleTypes = (classes: readonly string[]): string => `/** A class of the model. */
export type Category =
${classes.map((name) => `  | ${JSON.stringify(name)}`).join('\n')};

/** A class and its probability, between 0 and 1. */
export interface ClassProbability {
  readonly category: Category;
  readonly probability: number;
}

/** The classification of a text. */
export interface Classification {
  /** The most probable class; the first one of equally probable classes. */
  readonly category: Category;
  /** The probability of that class, between 0 and 1. */
  readonly probability: number;
  /** All classes, the most probable one first. */
  readonly distribution: readonly ClassProbability[];
  /**
   * The number of the text's tokens that the model knows. Where it is 0, the probabilities do not depend on the text.
   */
  readonly known: number;
}

/** The model, opened: it classifies one text per call. */
export interface TextClassifier {
  (text: string): Promise<Classification>;
  /** The classes, in the order of the model. */
  readonly classes: readonly Category[];
  /** Completes the waiting calls, rejects new ones, and frees the model. */
  readonly close: () => Promise<void>;
}

export interface OpenOptions {
  /** The largest number of texts that are classified together. Default 64. */
  readonly maxSize?: number | undefined;
  /** How long a text may wait for other texts of its batch, in milliseconds. Default 2. */
  readonly maxWaitMs?: number | undefined;
}

/** The classes, in the order of the model. */
export declare const classes: readonly Category[];
/** Opens the model with options of its own: how many texts are classified together, and how long one waits. */
export declare const open: (options?: OpenOptions) => Promise<TextClassifier>;
/** Classifies a text. The model is opened at the first call. */
export declare const classify: (text: string) => Promise<Classification>;
export default classify;
`;
