import { stringify } from 'csv-stringify/sync';
import { concat, defer, finalize, from, ignoreElements, type Observable, of, tap } from 'rxjs';
import type { EvaluatedBatch } from '../../contracts/training/Evaluation.js';
import type { SourceRow } from '../../contracts/rows/Row.js';
import { wholeTextFile } from '../../sinks/files/wholeTextFile.js';
import { roundedProbability } from './answers.js';

/** The maximum number of kept mistakes: those with the highest confidence. */
const MOST_MISTAKES = 10_000;
/** The maximum number of characters of their rows in memory. */
const MOST_CHARACTERS = 2 ** 26;

interface Mistake {
  readonly id: number;
  readonly label: number;
  readonly predicted: number;
  readonly probability: number;
}

/** The mistakes of a model with the highest confidence. */
export class Mistakes {
  readonly #most: number;
  #kept: Mistake[] = [];
  #count = 0;

  /** @param most the maximum number of kept mistakes */
  constructor(most = MOST_MISTAKES) {
    this.#most = most;
  }

  /** The number of all mistakes. */
  get count(): number {
    return this.#count;
  }

  /** The kept mistakes, the highest confidence first; with equal confidence, the first row first. */
  get surest(): readonly Mistake[] {
    this.#shorten();
    return this.#kept;
  }

  add({ ids, labels, predicted, probabilities }: EvaluatedBatch): void {
    const classes = probabilities.length / labels.length;
    for (let b = 0; b < labels.length; b++) {
      const [label, answer] = [labels[b]!, predicted[b]!];
      if (label === answer) continue;
      this.#count += 1;
      this.#kept.push({ id: ids[b]!, label, predicted: answer, probability: probabilities[b * classes + answer] ?? 0 });
    }
    if (this.#kept.length > 2 * this.#most) this.#shorten();
  }

  #shorten(): void {
    this.#kept = this.#kept.sort((a, b) => b.probability - a.probability || a.id - b.id).slice(0, this.#most);
  }
}

/** Collects the rows of mistakes in a second pass over the data. */
class MistakenRows {
  readonly #wanted: ReadonlySet<number>;
  readonly rows = new Map<number, SourceRow>();
  #characters = 0;

  constructor(ids: Iterable<number>) {
    this.#wanted = new Set(ids);
  }

  take(row: SourceRow): void {
    if (!this.#wanted.has(row.id) || this.#characters > MOST_CHARACTERS) return;
    for (const value of Object.values(row.fields)) this.#characters += value.length;
    this.rows.set(row.id, row);
  }
}

/** The columns of rows, in the order of their first occurrence. */
const columnsOf = (rows: Iterable<SourceRow>): readonly string[] => {
  const names = new Set<string>();
  for (const { fields } of rows) for (const name of Object.keys(fields)) names.add(name);
  return [...names];
};

/** The mistakes as a table: JSON lines or CSV, by the file extension. */
const tableOf = (
  file: string,
  mistakes: readonly Mistake[],
  rows: ReadonlyMap<number, SourceRow>,
  classes: readonly string[],
): string => {
  const told = ({ id, label, predicted, probability }: Mistake) => {
    const row = rows.get(id);
    return {
      source: row?.source ?? '',
      line: row === undefined ? '' : String(row.line),
      true_class: classes[label] ?? '',
      predicted_class: classes[predicted] ?? '',
      probability: roundedProbability(probability),
    };
  };
  if (/\.(jsonl|ndjson)(\.gz)?$/i.test(file))
    return mistakes
      .map((mistake) => {
        const { line, probability, ...rest } = told(mistake);
        const fields = { ...rows.get(mistake.id)?.fields };
        return `${JSON.stringify({ ...rest, line: Number(line), probability: Number(probability), row: fields })}\n`;
      })
      .join('');
  const columns = columnsOf(rows.values());
  const delimiter = /\.(tsv|tab)(\.gz)?$/i.test(file) ? '\t' : ',';
  const own = ['source', 'line', 'true_class', 'predicted_class', 'probability'];
  const records = mistakes.map((mistake) => {
    const row = rows.get(mistake.id);
    return [...Object.values(told(mistake)), ...columns.map((column) => row?.fields[column] ?? '')];
  });
  return stringify([[...own, ...columns], ...records], { delimiter });
};

/**
 * Writes mistakes with their rows, the highest confidence first. It reads all rows once more, and holds only the rows
 * of mistakes.
 *
 * @param rows$ the rows; each pass calls `onRow` for every row
 * @param listen sets the callback for the rows from now on; undefined for none
 * @param tell called with a line if not all mistakes are written
 */
export const writeMistakes = (
  file: string,
  mistakes: Mistakes,
  rows$: Observable<unknown>,
  listen: (onRow: ((row: SourceRow) => void) | undefined) => void,
  classes: readonly string[],
  tell: (line: string) => void,
): Observable<never> =>
  defer(() => {
    const { surest, count } = mistakes;
    const taken = new MistakenRows(surest.map(({ id }) => id));
    listen((row) => taken.take(row));
    const read$ = surest.length === 0 ? from([]) : rows$;
    return concat(
      read$.pipe(ignoreElements()),
      defer(() =>
        of(tableOf(file, surest, taken.rows, classes)).pipe(
          wholeTextFile(file),
          tap(() => {
            const missing = surest.length - taken.rows.size;
            tell(
              'mistakes: ' +
                `${surest.length < count ? `the ${surest.length} surest of ${count}` : String(count)}, ` +
                'written to ' +
                (missing === 0 ? file : `${file}; ${missing} of them without their rows, which are too long to hold`),
            );
          }),
          ignoreElements(),
        ),
      ),
    ).pipe(finalize(() => listen(undefined)));
  });
