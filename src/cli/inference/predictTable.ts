import { concatMap, defer, EMPTY, finalize, ignoreElements, last, map, type Observable, of, tap, toArray } from 'rxjs';
import { concat } from 'rxjs';
import type { SourceRow } from '../../contracts/rows/Row.js';
import type { TextModel } from '../../models/artifacts/restoreModel.js';
import type { DeferredClassifier } from '../../models/deferredClassifier.js';
import { boundedQueue } from '../../operators/flow/boundedQueue.js';
import { microBatch } from '../../operators/live/microBatch.js';
import { alongside } from '../../sinks/alongside.js';
import { wholeTextFile } from '../../sinks/files/wholeTextFile.js';
import { rowProgress } from '../../sinks/progress/rowProgress.js';
import { pacedWriter } from '../../sinks/terminal/pacedWriter.js';
import { fetchTable } from '../../streams/fetchTable.js';
import type { TableLayout } from '../../streams/table/TableLayout.js';
import { titleOf } from '../../streams/table/titleOf.js';
import { checkFile } from '../outputs/checkOutput.js';
import { fromFirst } from '../process/fromFirst.js';
import { fromTask } from '../process/fromTask.js';
import type { Terminal } from '../process/Terminal.js';
import { openTables } from '../tables/openTables.js';
import type { RejectionOptions, TableFlags } from '../tables/tableOptions.js';
import { checkRejectionsFile, tellingRejections } from '../tables/tellRejections.js';
import { classifyTitles } from './classifyTitles.js';
import type { LoadedModel } from './model.js';
import {
  formOf,
  requireSameColumns,
  type TableAnswerOptions,
  type TableAnswers,
  tableAnswers,
} from './tableAnswers.js';

/** The options for classifying the rows of a table. */
export interface PredictTableOptions extends TableFlags, RejectionOptions, TableAnswerOptions {
  readonly data: readonly string[];
  readonly outFile?: string;
  readonly format?: 'text' | 'csv' | 'jsonl';
}

/** The maximum number of rows that are classified together. */
const TOGETHER = 256;

/**
 * Writes tables with the predicted classes of their rows, in the same order.
 *
 * The file appears when all rows are written. A row without a text is also classified, and reported.
 *
 * Errors: those of `openTables`; `HW_COLUMNS` if several tables have different columns, and `HW_WRITE`.
 */
export const predictTable = (
  options: PredictTableOptions,
  { model, artifacts, encoder }: LoadedModel<TextModel | DeferredClassifier>,
  terminal: Terminal,
): Observable<unknown> => {
  const { data, outFile, format } = options;
  const { classes } = artifacts.labelEncoder;
  const source = openTables<{ readonly row: SourceRow; readonly layout: TableLayout }>(
    data,
    options,
    terminal,
    artifacts.training?.table,
    (addresses, { onLayout, ...reading }) => {
      let layout: TableLayout | undefined;
      return fetchTable(addresses, {
        ...reading,
        labelColumn: null,
        onLayout: (found) => {
          layout = found;
          onLayout?.(found);
        },
      }).pipe(concatMap((row) => (layout === undefined ? EMPTY : of({ row, layout }))));
    },
  );
  let unread = 0;
  const texts$ = defer(() => {
    let first: TableLayout | undefined;
    let answers: TableAnswers | undefined;
    const classify = classifyTitles(model, artifacts, encoder);
    return source.rows$.pipe(
      fromFirst(alongside(rowProgress({ label: 'classifying', stream: terminal.stderr, env: terminal.env }))),
      microBatch({ maxSize: TOGETHER, maxWaitMs: 0 }),
      boundedQueue({
        valve: source.valve,
        highWaterMark: 4,
        project: (rows) =>
          of(rows.map(({ row, layout }) => titleOf(layout)(row.fields))).pipe(
            classify,
            toArray(),
            map((classified) => {
              let text = '';
              rows.forEach(({ row, layout }, i) => {
                const form = formOf(first ?? layout, outFile, format === 'text' ? undefined : format);
                if (first === undefined) {
                  first = layout;
                  answers = tableAnswers(layout, form, classes, options);
                  text += answers.header;
                } else if (layout !== first) requireSameColumns(first, layout, form);
                const prediction = classified[i];
                if (prediction === undefined || answers === undefined) return;
                if (prediction.known === 0) unread += 1;
                text += answers.line(row, prediction);
              });
              return text;
            }),
            outFile === undefined ? tap(pacedWriter(terminal.stdout, source.valve)) : tap(),
          ),
      }),
    );
  });
  const written$ = outFile === undefined ? texts$.pipe(ignoreElements()) : texts$.pipe(wholeTextFile(outFile), last());
  const told$ = written$.pipe(
    finalize(() => {
      if (unread > 0)
        terminal.stderr.write(
          `${unread} ${unread === 1 ? 'row has' : 'rows have'} no token that the model knows; ` +
            `${unread === 1 ? 'its class is' : 'their classes are'} a guess (--unsure-below P answers "unsure")\n`,
        );
    }),
  );
  return concat(
    outFile === undefined ? EMPTY : fromTask(checkFile(outFile)).pipe(ignoreElements()),
    checkRejectionsFile(options),
    tellingRejections<unknown>(told$, source, options, terminal),
  );
};
