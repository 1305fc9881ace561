import { Command } from 'commander';
import {
  concatMap,
  defer,
  distinct,
  filter,
  finalize,
  from,
  lastValueFrom,
  type Observable,
  Subject,
  take,
  takeUntil,
  takeWhile,
  toArray,
} from 'rxjs';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { labelFile } from '../../../server/labels/labelFile.js';
import { showsUnicode } from '../../../sinks/terminal/showsUnicode.js';
import { printable } from '../../../sinks/terminal/printable.js';
import { backendLine } from '../../backends/backendLine.js';
import { type LoadedModel, withModel } from '../../inference/model.js';
import { answerKeys } from '../../learning/answerKeys.js';
import { earlierLabels } from '../../learning/earlierLabels.js';
import { labelTitles } from '../../learning/labelSource.js';
import { LabelSession } from '../../learning/LabelSession.js';
import { classOf, questionLines } from '../../learning/questionLines.js';
import { saveLearnt } from '../../learning/saveLearnt.js';
import { takeBackLabel } from '../../learning/takeBackLabel.js';
import { tallyLines } from '../../learning/tallyLines.js';
import { addFeedOptions, type FeedOptions, feedRules } from '../../live/feedOptions.js';
import { path } from '../../process/argument.js';
import { checkFile, checkModelOutput } from '../../outputs/checkOutput.js';
import { fromTask } from '../../process/fromTask.js';
import type { Choose } from '../../process/Job.js';
import type { Terminal } from '../../process/Terminal.js';
import { addBackendOptions, type BackendChoice } from '../../training/options/trainingOptions.js';

/** The maximum number of headlines that wait for labels. */
const MOST_TITLES = 10_000;

interface Options extends BackendChoice, FeedOptions {
  readonly model: string;
  readonly labels: string;
  readonly out?: string;
}

const HELP = `
The command asks for the class of the headline whose class the model is least certain of. It writes the answer
to the file of labels, the model learns from it, and the next question follows. Each line shows how often the
model was right, and how often it would have been right without learning. These headlines are difficult, so
both figures are lower than for all headlines.

A digit chooses a class, Enter agrees with the model, s skips a headline, u removes the last answer, and q
ends. Without a terminal, each line of stdin is an answer: a digit, the name of a class, s, u, q, or an empty
line. A bar in the curve marks drift: a change of the share of errors.

The source is a table (.csv, .tsv, .jsonl, .parquet), a file of lines (.txt), or a feed, as for watch. At most
10,000 headlines are asked about at once. Started again with the same file of labels, the command goes on: it
leaves out headlines that have a label, and the model learns the labels of --labels again.

With --out, the model is saved at the end, with what it has learned. headwater learn makes such a model from
the labels at any later time.

Examples:
  $ headwater label headlines.txt --model models/news
  $ headwater label https://example.org/feed.xml --model models/news --labels labels.jsonl --out models/news-2
`;

const label = async (
  source: string,
  options: Options,
  loaded: LoadedModel,
  ended$: Observable<unknown>,
  terminal: Terminal,
): Promise<void> => {
  const { stdin, stdout, stderr, env } = terminal;
  const { model, artifacts, backend } = loaded;
  const { labelEncoder, modelId = model.name } = artifacts;
  const { classes } = labelEncoder;
  const say = (line: string): void => void stderr.write(`${line}\n`);
  say(backendLine(backend));
  const rules = feedRules(options, env, [source]);
  const earlier = await earlierLabels(options.labels, modelId);
  let labelledBefore = 0;
  const titles = await lastValueFrom(
    labelTitles(source, rules, terminal, say).pipe(
      distinct(),
      filter((title) => {
        const isLabelled = earlier.titles.has(title);
        if (isLabelled) labelledBefore += 1;
        return !isLabelled;
      }),
      take(MOST_TITLES + 1),
      takeUntil(ended$),
      toArray(),
    ),
  );
  if (titles.length + labelledBefore === 0)
    throw new HeadwaterError('HW_EMPTY', `There is no headline in ${source}. Give another file or feed.`, {
      where: source,
    });
  if (titles.length > MOST_TITLES)
    say(
      `${source} has more headlines: you are asked about the first ${MOST_TITLES.toLocaleString('en')} without a label`,
    );
  const session = new LabelSession(loaded);
  const past = earlier.learnt.filter(({ category }) => classes.includes(category));
  session.resume(past);
  if (labelledBefore + past.length > 0)
    say(
      `${options.labels}: headlines with a label, which are left out: ${labelledBefore}; ` +
        `labels learnt again: ${past.length}`,
    );
  await session.add(titles.slice(0, MOST_TITLES));

  const keep = labelFile(options.labels);
  const unicode = showsUnicode(env);
  const ask = (): void => {
    const { asked, tally, left, last } = session;
    if (asked === undefined) return;
    const view = { left, unicode, byKey: stdin.isTTY === true, undoable: last !== undefined };
    stdout.write(questionLines(asked, classes, tally, view));
  };
  const undo = async (): Promise<void> => {
    const { last } = session;
    if (last === undefined) {
      stdout.write('  There is no answer to take back.\n');
      return;
    }
    if (last.label !== undefined) await takeBackLabel(options.labels, last.label);
    await session.undo();
    stdout.write(`  taken back: ${printable(last.asked.title)}\n`);
    ask();
  };
  /** Processes an answer. @returns whether there is another question */
  const answer = async (key: string): Promise<boolean> => {
    const { asked } = session;
    if (asked === undefined || key === 'q') return false;
    if (key === 'u' && !classes.includes(key)) {
      await undo();
      return true;
    }
    const category = key === 's' ? undefined : classOf(key, asked, classes);
    if (key !== 's' && category === undefined) {
      stdout.write(`  There is no class ${printable(key.slice(0, 40))}.\n`);
      return true;
    }
    const predicted = asked.prediction.category;
    const label =
      category === undefined
        ? undefined
        : { title: asked.title, category, labelled: new Date().toISOString(), predicted, model: modelId };
    if (label !== undefined) await keep(label);
    await session.answer({ asked, label });
    if (category !== undefined)
      stdout.write(
        `  ${printable(category)}${predicted === category ? '' : ` (the model said ${printable(predicted)})`}\n`,
      );
    if (session.asked === undefined) return false;
    ask();
    return true;
  };
  ask();
  try {
    if (session.asked === undefined) stdout.write(`Every headline of ${source} has a label already.\n`);
    else
      await lastValueFrom(
        answerKeys(terminal).pipe(
          concatMap((key) => from(answer(key))),
          takeWhile((more) => more),
          takeUntil(ended$),
        ),
        { defaultValue: undefined },
      );
  } finally {
    session.dispose();
  }
  const { tally } = session;
  if (tally.rows === 0) return;
  stdout.write(`\n${tallyLines(tally, unicode)}\nlabels: ${options.labels}\n`);
  if (options.out === undefined) return;
  await lastValueFrom(saveLearnt(options.out, model, artifacts, tally), { defaultValue: undefined });
  stdout.write(`artifacts: ${options.out}\n`);
};

/** `headwater label`. */
export const labelCommand = (terminal: Terminal, choose: Choose): Command =>
  addBackendOptions(
    addFeedOptions(
      new Command('label')
        .description('label headlines in the terminal: the least certain first, and the model learns from each answer')
        .argument('<source>', 'a table, a file of lines, or a feed')
        .requiredOption('--model <dir>', 'the folder of the saved model', path)
        .option('--labels <file>', 'append the labels to this file of JSON lines', path, 'labels.jsonl')
        .option('--out <dir>', 'save the model that has learnt in this folder', path),
    ),
  )
    .addHelpText('after', HELP)
    .action((source: string, options: Options) => {
      const ended$ = new Subject<void>();
      const done$ = new Subject<void>();
      const work$ = defer(() => fromTask(checkFile(options.labels))).pipe(
        concatMap(() => (options.out === undefined ? [undefined] : fromTask(checkModelOutput(options.out)))),
        concatMap(() =>
          withModel(options.model, options, terminal.env, (loaded) =>
            from(label(source, options, loaded, ended$, terminal)),
          ),
        ),
        finalize(() => {
          terminal.stdin.pause();
          done$.complete();
        }),
      );
      if (source === '-')
        throw new HeadwaterError(
          'HW_USAGE',
          'The answers come from stdin, so the headlines cannot. ' +
            'Write the headlines to a file, and name it instead of -.',
        );
      choose({
        work$,
        outlivesReader: false,
        // The learnt model is saved before the command ends with the status of the signal.
        finish: () => {
          ended$.next();
          return done$;
        },
      });
    });
