import { concat, defer, from, type Observable, switchMap } from 'rxjs';
import type { DeadLetter } from '../../contracts/rows/Rejection.js';
import type { SourceRow } from '../../contracts/rows/Row.js';
import { requireEncoding } from '../bodies/encoding/requireEncoding.js';
import { openedOften } from '../bodies/openBody.js';
import { readBody } from '../bodies/readBody.js';
import { accept } from '../bodies/SourceMemory.js';
import { checkFormat } from '../csv/TableFormat.js';
import { rejecting } from '../internal/rejecting.js';
import { requireNumber } from '../internal/requireNumber.js';
import { requirePacing } from '../pacing/internal/requirePacing.js';
import type { TableLayout } from './TableLayout.js';
import type { FetchTableOptions } from './TableOptions.js';
import { TableReader } from './TableReader.js';
import { type OpenedTable, type TableAddress, tableSources } from './TableSource.js';

const MIB = 1_048_576;

/**
 * Converts the rows of a table into the emitted values; undefined for a row that was skipped or rejected. `part` is the
 * index of the address of the table.
 */
export type RowMaker<T> = (
  layout: TableLayout,
  reject: DeadLetter['next'],
  part: number,
) => (row: SourceRow) => T | undefined;

/**
 * Emits the rows of several tables, one table after another, converted by `make`.
 *
 * @param lastLabels whether only the last label of a headline is read from a file of labels
 * @throws HeadwaterError `HW_USAGE` for a source or an option that cannot work
 */
export const tableRows = <T>(
  sources: TableAddress | readonly TableAddress[],
  options: FetchTableOptions,
  make: RowMaker<T>,
  lastLabels = false,
): Observable<T> => {
  const { rejections, onLayout, onNotice } = options;
  const reading = {
    delimiter: options.delimiter,
    quote: options.quote,
    quotes: options.quotes,
    header: options.header,
    skipLines: options.skipLines === undefined ? undefined : requireNumber('skipLines', options.skipLines, 0, 0),
    comment: options.comment,
    titleColumns: options.titleColumns,
    labelColumn: options.labelColumn,
    usualColumns: options.usualColumns,
    encoding: options.encoding === undefined ? undefined : requireEncoding(options.encoding),
    lastLabels,
    maxRecordBytes: requireNumber('maxRecordBytes', options.maxRecordBytes, MIB, 1),
  };
  checkFormat(options);
  requirePacing(options);
  const addresses = Array.isArray(sources) ? (sources as readonly TableAddress[]) : [sources as TableAddress];
  const find = tableSources(addresses, { ...openedOften(options), encoding: reading.encoding });
  const send = rejecting(rejections);

  return defer(() => {
    // The row ids continue across all tables.
    let nextId = 0;
    const reject: DeadLetter['next'] = (rejection) => {
      nextId = rejection.id + 1;
      send(rejection);
    };
    return from(find()).pipe(
      switchMap((tables) =>
        concat(
          ...tables.map((table) => {
            let madeOf: OpenedTable['madeOf'];
            return readBody<T>(
              {
                open: async (signal) => {
                  const opened = await table.open(signal);
                  madeOf = opened.madeOf;
                  return opened.body;
                },
                explain: table.explain,
                reader: (subscriber) =>
                  new TableReader(
                    {
                      ...reading,
                      source: table.name,
                      firstId: nextId,
                      get charset() {
                        return table.memory.charset;
                      },
                      get madeOf() {
                        return madeOf;
                      },
                    },
                    {
                      rows: (layout) => {
                        if (!table.begun) onLayout?.(layout);
                        table.begun = true;
                        const made = make(layout, send, table.part);
                        return (row) => {
                          // The rows of a file of labels come after the rejections of its later lines.
                          nextId = Math.max(nextId, row.id + 1);
                          const value = made(row);
                          if (value !== undefined) subscriber.next(value);
                        };
                      },
                      reject,
                      notice: (notice) => {
                        if (!table.told) onNotice?.(notice);
                      },
                    },
                  ),
                complete: () => {
                  const { surplusBytes: bytes } = table.memory;
                  if (!table.told && bytes > 0) onNotice?.({ type: 'surplus', source: table.name, bytes });
                  table.told = true;
                  return accept(table.memory);
                },
              },
              options,
            );
          }),
        ),
      ),
    );
  });
};
