import { Command } from 'commander';
import { concat, concatMap, defer, forkJoin, from, map, type Observable, of, reduce, take, tap, toArray } from 'rxjs';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { loadArtifacts } from '../../../models/artifacts/loadArtifacts.js';
import { bucketByLength } from '../../../operators/batches/bucketByLength.js';
import { preprocess } from '../../../operators/rows/preprocess.js';
import { tokenize } from '../../../operators/rows/tokenize.js';
import { predict } from '../../../operators/training/predict.js';
import { alongside } from '../../../sinks/alongside.js';
import { rowProgress } from '../../../sinks/progress/rowProgress.js';
import { wantsColors } from '../../../sinks/terminal/wantsColors.js';
import { excerpt } from '../../../contracts/messages/excerpt.js';
import { LabelEncoder } from '../../../text/LabelEncoder.js';
import {
  comparisonJson,
  comparisonText,
  type DifferingRow,
  type ModelAnswers,
} from '../../inference/comparedModels.js';
import { SeenRows, UNSEEN_HELP } from '../../inference/SeenRows.js';
import { withAnyModel } from '../../inference/model.js';
import { collect, path, wholeNumber } from '../../process/argument.js';
import { fromFirst } from '../../process/fromFirst.js';
import { fromTask } from '../../process/fromTask.js';
import type { Choose } from '../../process/Job.js';
import type { Terminal } from '../../process/Terminal.js';
import { openData } from '../../tables/dataSource.js';
import { DATA_HELP } from '../../tables/openTables.js';
import { addDataOptions, type RejectionOptions, type TableFlags } from '../../tables/tableOptions.js';
import { checkRejectionsFile, tellingRejections } from '../../tables/tellRejections.js';
import { addBackendOptions, type BackendChoice } from '../../training/options/trainingOptions.js';

interface Options extends TableFlags, RejectionOptions, BackendChoice {
  readonly data: readonly string[];
  readonly batchSize: number;
  readonly differences: number;
  readonly unseen?: boolean;
  readonly json?: boolean;
}

const HELP = `
All models classify the same rows. A class that a model does not have is one that it never gets right.
McNemar's test looks at the rows that one of two models alone got right: p is how likely such a difference is
between models that are equally good. A model scores too high on texts that it has seen in its training. With
--unseen, rows that one of the models has seen are left out.

Examples:
  $ headwater compare models/news models/linear --data more-news.csv
  $ headwater compare models/news models/linear --data news.csv --unseen
  $ headwater compare models/news models/linear --data more-news.csv --json | jq '.pairs[0].p'
`;

/** The maximum number of characters of a displayed title. */
const LONGEST_TITLE = 120;

/** A model's answers for each row, and the classes of the rows. */
interface Answered {
  readonly labels: ReadonlyMap<number, number>;
  readonly answers: ReadonlyMap<number, number>;
}

const answersOf = (
  directory: string,
  encoderOfAll: LabelEncoder,
  seenRows: SeenRows,
  { data, batchSize, ...options }: Options,
  terminal: Terminal,
): Observable<Answered> =>
  withAnyModel(directory, options, terminal.env, ({ model, artifacts: { text, labelEncoder, training }, encoder }) => {
    const source = openData(data, options, terminal, training?.table);
    const labels = new Map<number, number>();
    const label = `${directory}: classifying`;
    const answered$ = source.rows$.pipe(
      fromFirst((row$) => row$.pipe(alongside(rowProgress({ label, stream: terminal.stderr, env: terminal.env })))),
      seenRows.filtering,
      preprocess({ text }),
      tokenize(encoder, encoderOfAll, { rejections: source.laterRejections }),
      tap((row) => labels.set(row.id, row.label)),
      bucketByLength({ batchSize, padIndex: encoder.padIndex, unknownIndex: encoder.unknownIndex }),
      predict(model, { valve: source.valve }),
      reduce(
        (answers, { id, predicted }) => answers.set(id, encoderOfAll.encode(labelEncoder.nameOf(predicted))),
        new Map<number, number>(),
      ),
      map((answers): Answered => ({ labels, answers })),
    );
    return tellingRejections(answered$, source, options, terminal);
  });

/** The answers to the rows that all models classified, in the order of the table. */
const joined = (
  names: readonly string[],
  classes: readonly string[],
  answered: readonly Answered[],
): { readonly ids: readonly number[]; readonly answers: ModelAnswers } => {
  const [first] = answered;
  const ids = [...(first?.labels.keys() ?? [])]
    .filter((id) => answered.every(({ answers }) => answers.has(id)))
    .sort((a, b) => a - b);
  if (ids.length === 0)
    throw new HeadwaterError(
      'HW_EMPTY',
      'There is no row that all models can classify. Check the file, and that its classes are those of the models.',
    );
  const columns = (of: ReadonlyMap<number, number>): Int32Array => Int32Array.from(ids, (id) => of.get(id)!);
  return {
    ids,
    answers: {
      classes,
      labels: columns(first!.labels),
      models: answered.map(({ answers }, i) => ({ name: names[i]!, answers: columns(answers) })),
    },
  };
};

const comparison = (directories: readonly string[], options: Options, terminal: Terminal): Observable<unknown> => {
  if (directories.length < 2)
    throw new HeadwaterError('HW_USAGE', 'There is one model to compare. Name two or more folders of saved models.');
  const classes$ = forkJoin(
    directories.map((directory) =>
      fromTask(loadArtifacts(directory)).pipe(
        map(({ labelEncoder, training, seen }) => ({ directory, labelEncoder, training, seen })),
      ),
    ),
  );
  const work$ = classes$.pipe(
    concatMap((loaded) => {
      const encoder = LabelEncoder.of(new Set(loaded.flatMap(({ labelEncoder }) => labelEncoder.classes)));
      const seenRows = new SeenRows(loaded, options.unseen);
      return from(directories).pipe(
        concatMap((directory) => answersOf(directory, encoder, seenRows, options, terminal)),
        toArray(),
        map((answered) => {
          if (seenRows.noneLeft !== undefined) throw seenRows.noneLeft;
          return joined(directories, encoder.classes, answered);
        }),
        concatMap(({ ids, answers }) => {
          const differing = new Map<number, number>();
          ids.forEach((id, row) => {
            const [one, ...others] = answers.models;
            if (others.some((other) => other.answers[row] !== one!.answers[row])) differing.set(id, row);
          });
          const source = openData(options.data, options, terminal, loaded[0]!.training?.table);
          const examples$ =
            differing.size === 0 || options.differences === 0
              ? of([])
              : source.rows$.pipe(
                  concatMap(({ id, title }) => {
                    const row = differing.get(id);
                    if (row === undefined) return [];
                    const nameOf = (index: number): string => encoder.nameOf(index);
                    const example: DifferingRow = {
                      id,
                      title: excerpt(title, LONGEST_TITLE),
                      category: nameOf(answers.labels[row]!),
                      answers: answers.models.map((model) => nameOf(model.answers[row]!)),
                    };
                    return [example];
                  }),
                  take(options.differences),
                  toArray(),
                );
          return examples$.pipe(
            tap((examples) => {
              const { json = false } = options;
              terminal.stdout.write(
                json
                  ? comparisonJson(answers, differing.size, examples, seenRows.seen)
                  : comparisonText(answers, differing.size, examples, wantsColors(terminal.stdout, terminal.env)),
              );
              if (seenRows.line !== undefined) terminal.stderr.write(`${seenRows.line}\n`);
            }),
          );
        }),
      );
    }),
  );
  return concat(checkRejectionsFile(options), work$);
};

/** `headwater compare`. */
export const compareCommand = (terminal: Terminal, choose: Choose): Command =>
  addBackendOptions(
    addDataOptions(
      new Command('compare')
        .description('compare saved classifiers on the same labelled headlines')
        .argument('<dirs...>', 'the folders of the saved models, two or more')
        .requiredOption('--data <source>', DATA_HELP, collect),
    ),
  )
    .option('--unseen', UNSEEN_HELP)
    .option('--batch-size <n>', 'rows in each batch', wholeNumber(1), 64)
    .option('--differences <n>', 'show this number of rows on which the models differ', wholeNumber(0), 10)
    .option('--json', 'write JSON')
    .addHelpText('after', HELP)
    .action((directories: readonly string[], options: Options) =>
      choose({
        work$: defer(() =>
          comparison(
            directories.map((directory) => path(directory)),
            options,
            terminal,
          ),
        ),
        outlivesReader: false,
      }),
    );
