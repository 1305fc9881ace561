import type { Row, SourceRow } from '../../contracts/rows/Row.js';
import type { Artifacts } from '../../models/artifacts/Artifacts.js';

/** The labels of a file that a model has not learnt yet. */
export interface NewLabels {
  /** Notes the time of a row before it is tested. */
  readonly note: (row: SourceRow) => void;
  /** Whether a label is new. Every label of another table is. */
  readonly isNew: (row: Row) => boolean;
  /** The number of labels that the model has learnt before. */
  readonly learnt: number;
}

/** The time of a label in a file of `labelFile`; undefined in another table. */
const timeOf = ({ labelled, predicted, model }: SourceRow['fields']): string | undefined =>
  labelled === undefined || predicted === undefined || model === undefined || Number.isNaN(Date.parse(labelled))
    ? undefined
    : labelled;

/**
 * Recognizes the labels that a model has learnt before: those of texts that it has seen, given before the last label
 * that it has learnt. So `headwater learn` can read the same growing file every night.
 *
 * @param marked called with the time of each new label
 */
export const newLabels = ({ seen, training }: Artifacts, marked: (labelled: string) => void): NewLabels => {
  const until = Date.parse(training?.learnt?.until ?? '');
  /** The times of the labels that are being read, by row. */
  const times = new Map<number, string>();
  let learnt = 0;
  return {
    note: ({ id, fields }) => {
      const time = timeOf(fields);
      if (time !== undefined) times.set(id, time);
    },
    isNew: ({ id, title }) => {
      const time = times.get(id);
      if (time === undefined) return true;
      times.delete(id);
      if (Date.parse(time) <= until && seen?.has(title) === true) {
        learnt += 1;
        return false;
      }
      marked(time);
      return true;
    },
    get learnt() {
      return learnt;
    },
  };
};
