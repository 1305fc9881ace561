import { Command } from 'commander';
import { concat, defer, filter, finalize, ignoreElements, map, tap } from 'rxjs';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { alongside } from '../../../sinks/alongside.js';
import { rowProgress } from '../../../sinks/progress/rowProgress.js';
import { listNames } from '../../../contracts/messages/listNames.js';
import { backendLine } from '../../backends/backendLine.js';
import { addBrokerLearning, type BrokerLearning, learnFromBroker } from '../../brokers/learnFromBroker.js';
import { withModel } from '../../inference/model.js';
import { LabelTally } from '../../learning/LabelTally.js';
import { labelTrial } from '../../learning/labelTrial.js';
import { newLabels } from '../../learning/newLabels.js';
import { saveLearnt } from '../../learning/saveLearnt.js';
import { tallyLines } from '../../learning/tallyLines.js';
import { collect, path, positiveNumber } from '../../process/argument.js';
import { checkModelOutput } from '../../outputs/checkOutput.js';
import { fromTask } from '../../process/fromTask.js';
import type { Choose } from '../../process/Job.js';
import type { Terminal } from '../../process/Terminal.js';
import { openData } from '../../tables/dataSource.js';
import { addDataOptions, type RejectionOptions, type TableFlags } from '../../tables/tableOptions.js';
import { checkRejectionsFile, tellingRejections } from '../../tables/tellRejections.js';
import { addBackendOptions, type BackendChoice } from '../../training/options/trainingOptions.js';

interface Options extends TableFlags, RejectionOptions, BackendChoice {
  readonly model: string;
  readonly labels: readonly string[];
  readonly out: string;
  readonly lr?: number;
  readonly json?: boolean;
}

/** The options of the command line, for files or for a broker. */
type Flags = Partial<Pick<Options, 'model' | 'labels' | 'out'>> &
  Omit<Options, 'model' | 'labels' | 'out'> &
  BrokerLearning;

/**
 * The options of files.
 *
 * @throws HeadwaterError `HW_USAGE` if one is missing
 */
const ofFiles = ({ model, labels, out, ...flags }: Flags): Options => {
  if (model !== undefined && labels !== undefined && out !== undefined) return { ...flags, model, labels, out };
  const missing = model === undefined ? '--model' : labels === undefined ? '--labels' : '--out';
  throw new HeadwaterError(
    'HW_USAGE',
    `${missing} is missing. Give --model, --labels and --out for files, or --from and --to for a broker.`,
  );
};

/**
 * Refuses options of files in combination with a broker, because they would have no effect.
 *
 * @throws HeadwaterError `HW_USAGE`
 */
const ofBroker = ({ model, labels, out, ...flags }: Flags): Flags => {
  const other = model !== undefined ? '--model' : labels !== undefined ? '--labels' : out !== undefined ? '--out' : '';
  if (other === '') return flags;
  throw new HeadwaterError('HW_USAGE', `${other} is for files, and --from and --to for a broker. Leave one out.`);
};

/** The number of labels in a step. */
const BATCH = 16;

const HELP = `
The labels come from headwater serve --labels, from headwater label, or from any table with a text and a
class. Each label is first predicted, by the learning model and by the original one. Only then the model
learns it. So both figures at the end are of headlines that neither model had seen: texts that the model has
seen in its training are learnt, but not counted. After every 500 labels, if the learning model has become
worse, it is set back to its state before them.

The same file may be given every night: labels that the model has learnt from it before are left out.

The classes do not change. For new classes, train again:
headwater train --data labels.jsonl --data news.csv.

With --from and --to, the labels come from a broker, as JSON ({"title": "…", "category": "…"}). After each
--every messages a new model is published, which workers load. The labels need one order: that of a JetStream
stream, or of a Kafka topic with one partition. The model, the state of its optimizer and the position of the
last label are written in one step, so a restarted learner continues there, and ends with the same bytes.
Publish a first model with headwater publish-model, and start one learner per model: a second one is refused.

Examples:
  $ headwater learn --model models/news --labels labels.jsonl --out models/news-2
  $ headwater learn --model models/news --labels labels.jsonl --out models/news && kill -HUP "$SERVER"
  $ headwater learn --from nats://n1,n2/LABELS --to nats://n1,n2/MODELS/news --every 1000
`;

const learning = ({ labels, out, lr, json = false, ...options }: Options, terminal: Terminal) => {
  const { stdout, stderr, env } = terminal;
  const work$ = withModel(options.model, options, env, (loaded) => {
    const { artifacts, backend } = loaded;
    const { classes } = artifacts.labelEncoder;
    stderr.write(`${backendLine(backend)}\n`);
    const tally = new LabelTally(classes, artifacts.seen);
    const fresh = newLabels(artifacts, (labelled) => tally.markTime(labelled));
    const source = openData(labels, options, terminal, undefined, fresh.note);
    const trial = labelTrial(loaded, tally, { batchSize: BATCH, learningRate: lr });
    let unknown = 0;
    const learnt$ = source.rows$.pipe(
      alongside(rowProgress({ label: 'learning', stream: stderr, env })),
      filter(fresh.isNew),
      map(({ title, category }) => ({ title, category })),
      trial.learn,
      tap((event) => {
        if (event.type === 'label-unused') unknown += 1;
        if (event.type === 'rolled-back')
          stderr.write(
            `set back: of the last ${event.rows} labels it got ${(100 * event.accuracy).toFixed(1)} % ` +
              `right, and ${(100 * event.accuracyBefore).toFixed(1)} % without learning them\n`,
          );
      }),
      ignoreElements(),
      finalize(trial.dispose),
    );
    const saved$ = defer(() => {
      if (tally.rows + tally.seen === 0 && fresh.learnt > 0)
        throw new HeadwaterError(
          'HW_EMPTY',
          `There is no new label in ${source.name}: the model has learnt all ${fresh.learnt} labels before. ` +
            `${out} was not written.`,
        );
      if (tally.rows + tally.seen === 0)
        throw new HeadwaterError(
          'HW_EMPTY',
          `There is no label to learn from in ${source.name}. Check the file of --labels, ` +
            `and that its classes are those of the model: ${listNames(classes)}.`,
        );
      return saveLearnt(out, loaded.model, artifacts, tally);
    });
    const told$ = defer(() => {
      if (fresh.learnt > 0) stderr.write(`left out: ${fresh.learnt} labels that the model has learnt before\n`);
      if (tally.seen > 0)
        stderr.write(`not measured on: ${tally.seen} labels of texts that the model has seen before\n`);
      const { worse = 1 } = tally;
      if (worse < 0.05)
        stderr.write(
          `worse: the model that has learnt is right less often than without learning, by more than chance ` +
            `(p = ${worse.toPrecision(2)}). Check the labels before you use it.\n`,
        );
      if (unknown > 0) stderr.write(`left out: ${unknown} labels of classes that the model does not have\n`);
      if (json)
        stdout.write(
          `${JSON.stringify({
            rows: tally.rows,
            seen: tally.seen,
            learntBefore: fresh.learnt,
            unknown,
            accuracy: tally.accuracy,
            accuracyBefore: tally.accuracyBefore,
            curve: tally.curve,
            out,
          })}\n`,
        );
      else stdout.write(`${tallyLines(tally)}\nartifacts: ${out}\n`);
      return [];
    });
    return tellingRejections(concat(learnt$, saved$.pipe(ignoreElements()), told$), source, options, terminal);
  });
  return concat(fromTask(checkModelOutput(out)).pipe(ignoreElements()), checkRejectionsFile(options), work$);
};

/** `headwater learn`. */
export const learnCommand = (terminal: Terminal, choose: Choose): Command =>
  addBackendOptions(
    addDataOptions(
      addBrokerLearning(
        new Command('learn')
          .description('let a saved or published classifier learn from labels, and save or publish it')
          .option('--model <dir>', 'the folder of the saved model', path)
          .option('--labels <source>', 'a file or address of labels; may be given several times', collect)
          .option('--out <dir>', 'the folder for the model that has learnt', path)
          .option('--lr <rate>', 'the learning rate (default: by the architecture)', positiveNumber)
          .option('--json', 'write the result as JSON'),
      ),
    ),
  )
    .addHelpText('after', HELP)
    .action((flags: Flags) =>
      choose({
        work$: defer(() =>
          flags.from === undefined && flags.to === undefined
            ? learning(ofFiles(flags), terminal)
            : learnFromBroker(ofBroker(flags), terminal),
        ),
        outlivesReader: true,
      }),
    );
