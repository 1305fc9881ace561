/** The recurrent cells that the page can train. */
export const CELLS = ['gru', 'lstm', 'rnn'] as const;
export type Cell = (typeof CELLS)[number];

/** What the page asks the worker for. */
export type Request =
  | { readonly type: 'run'; readonly code: string }
  | { readonly type: 'train'; readonly cell: Cell; readonly rows: number; readonly epochs: number }
  | { readonly type: 'open'; readonly files: ReadonlyMap<string, Uint8Array> }
  | { readonly type: 'classify'; readonly text: string }
  | { readonly type: 'save' };

/** A notification of a stage of a pipeline: what came, where and when. */
export interface Notified {
  readonly stage: number;
  readonly kind: 'next' | 'complete' | 'error';
  /** Milliseconds since the program began. */
  readonly time: number;
  /** The value, shortened. Empty for the end. */
  readonly text: string;
}

/** A stage of a pipeline of the reader's code: the source, or an operator. */
export interface Stage {
  readonly stage: number;
  readonly label: string;
}

/** A line that a program prints. */
export interface Line {
  readonly level: 'log' | 'error';
  readonly text: string;
}

/** The probabilities after so many words of a text. */
export interface Prefix {
  readonly word: string;
  readonly distribution: readonly { readonly category: string; readonly probability: number }[];
}

/** What the worker tells. */
export type Answer =
  | { readonly type: 'ready'; readonly threads: number }
  | { readonly type: 'stages'; readonly stages: readonly Stage[] }
  | { readonly type: 'notified'; readonly notified: readonly Notified[]; readonly left: number }
  /** Lines that were printed, and how many before them were left out. */
  | { readonly type: 'printed'; readonly lines: readonly Line[]; readonly left: number }
  | { readonly type: 'losses'; readonly points: readonly number[] }
  | { readonly type: 'progress'; readonly text: string }
  /** There is a model; `isNew` if its files are not on the disk yet. */
  | {
      readonly type: 'model';
      readonly classes: readonly string[];
      readonly about: string;
      readonly isNew: boolean;
    }
  | { readonly type: 'saved'; readonly files: ReadonlyMap<string, Uint8Array> }
  | { readonly type: 'classified'; readonly text: string; readonly prefixes: readonly Prefix[] }
  | { readonly type: 'ended'; readonly milliseconds: number }
  | { readonly type: 'failed'; readonly message: string };
