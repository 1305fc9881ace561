import type { DeadLetter } from '../../contracts/rows/Rejection.js';
import type { Row, SourceRow } from '../../contracts/rows/Row.js';
import type { TableRecord } from '../../contracts/training/TrainingRecord.js';
import { fetchHeadlines } from '../../streams/fetchHeadlines.js';
import type { Terminal } from '../process/Terminal.js';
import { classNames, readClassNames } from './classNames.js';
import type { LabelOptions } from './labelOptions.js';
import { addressOf, type DataNames, type OpenedTables, openTables } from './openTables.js';
import { withoutRareClasses } from './rareClasses.js';
import type { SplitOptions } from './splitOptions.js';
import type { RejectionOptions, TableFlags } from './tableOptions.js';
import { RowPlaces } from './RowPlaces.js';
import { recordOfTable } from './tableRecord.js';

/** Which tables are read, and how. */
export type DataOptions = TableFlags &
  RejectionOptions &
  LabelOptions &
  Partial<Pick<SplitOptions, 'validationData' | 'testData'>>;

/** Labelled rows that can be read repeatedly, their valve, and their dead letters. */
export interface DataSource extends OpenedTables<Row> {
  /** The order of the classes, if the user gave one. */
  readonly classOrder: readonly string[] | undefined;
  /** How the table was read, available after its rows; undefined if it has the usual form. */
  readonly table: () => TableRecord | undefined;
  /** Receives rejections of later steps, which know only the id of a row. It adds the table and line. */
  readonly laterRejections: DeadLetter;
  /** The first line of a row in words, if it is known. */
  readonly placeOf: (id: number) => string | undefined;
}

/**
 * The rows of `--data`, decoded, with the options of the command line.
 *
 * @param trained how the table was read that the model was trained on
 * @param onRow called with each original row of the table before it is emitted
 */
export const openData = (
  data: DataNames,
  options: DataOptions,
  terminal: Terminal,
  trained?: TableRecord,
  onRow?: (row: SourceRow) => void,
): DataSource => {
  const named =
    options.classNames === undefined
      ? trained?.classNames && classNames(trained.classNames)
      : readClassNames(options.classNames);
  const places = new RowPlaces();
  const leftOut = new Set(trained?.leftOut);
  const addressesOf = (names: readonly string[] | undefined) => names?.map((name) => addressOf(name, terminal));
  const opened = openTables(data, options, terminal, trained, (addresses, reading) =>
    fetchHeadlines(addresses, {
      ...reading,
      labelColumn: options.labelColumn,
      className:
        named === undefined && leftOut.size === 0
          ? undefined
          : (label) => (leftOut.has(label) ? null : named === undefined ? label : named.nameOf(label)),
      validation: addressesOf(options.validationData),
      test: addressesOf(options.testData),
      onRow: (row) => {
        places.note(row);
        onRow?.(row);
      },
    }),
  );
  const say = (line: string): void => void terminal.stderr.write(`${line}\n`);
  const { rows$, leftOut: rare } = withoutRareClasses(opened.rows$, options.minClassRows ?? 1, say);
  return {
    ...opened,
    rows$,
    classOrder: named?.order,
    laterRejections: {
      next: (rejection) => opened.rejected.next({ ...rejection, ...places.find(rejection.id) }),
    },
    placeOf: (id) => places.placeOf(id),
    table: () => {
      const layout = opened.layout();
      return layout === undefined ? undefined : recordOfTable(layout, opened.said, named?.records, rare());
    },
  };
};
