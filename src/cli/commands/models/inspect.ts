import Table from 'cli-table3';
import { Command } from 'commander';
import { tap } from 'rxjs';
import { stringifyPerformance } from '../../../models/artifacts/internal/performanceJson.js';
import type { Artifacts } from '../../../models/artifacts/Artifacts.js';
import { architectureOf } from '../../../models/artifacts/ModelConfig.js';
import { loadArtifacts } from '../../../models/artifacts/loadArtifacts.js';
import { printable } from '../../../sinks/terminal/printable.js';
import { describeModel } from '../../inference/describeModel.js';
import { path } from '../../process/argument.js';
import { fromTask } from '../../process/fromTask.js';
import type { Choose } from '../../process/Job.js';
import type { Terminal } from '../../process/Terminal.js';

interface Options {
  readonly json?: boolean;
}

const HELP = `
Examples:
  $ headwater inspect models/news
  $ headwater inspect models/news --json | jq .parameters
`;

const valuesIn = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

const describe = (
  directory: string,
  { modelId, config, weights, tokenizer, labelEncoder, performance, training, features, vectors, seen }: Artifacts,
) => ({
  directory,
  modelId,
  config: { architecture: architectureOf(config), ...config },
  parameters: [...weights.values()].reduce((sum, { shape }) => sum + valuesIn(shape), 0),
  weights: [...weights].map(([name, { shape }]) => ({ name, shape })),
  ...(features === undefined
    ? {}
    : {
        features: {
          ...features.frequencies.settings,
          documents: features.frequencies.documents,
          wordWeight: features.wordWeight,
          unseen: features.unseen,
        },
      }),
  ...(vectors === undefined
    ? {}
    : { vectors: { words: vectors.size, dims: vectors.dims, sha256: vectors.sha256, origin: vectors.origin } }),
  vocabulary: { size: tokenizer.size, level: tokenizer.charLevel ? 'character' : 'word' },
  classes: labelEncoder.classes,
  ...(seen === undefined ? {} : { seen: { texts: seen.size } }),
  performance: performance?.overall,
  ...(training === undefined
    ? {}
    : {
        training: {
          classWeights: training.classWeights,
          temperature: training.temperature,
          choice: training.choice,
          refittedOn: training.refittedOn,
          warmStart: training.warmStart,
          search: training.search,
          crossValidation: training.crossValidation,
        },
      }),
});

const table = (rows: readonly (readonly [string, string])[]): string => {
  const lines = new Table({
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  lines.push(...rows.map((row) => [...row]));
  return lines.toString();
};

const asText = (directory: string, artifacts: Artifacts): string => {
  const { modelId, parameters, weights, vocabulary, classes, performance } = describe(directory, artifacts);
  const summary = table([
    ['id', modelId ?? ''],
    ...describeModel(artifacts, parameters).map(([name, value]) => [name, printable(value)] as const),
    ['vocabulary', `${vocabulary.size.toLocaleString('en-US')} ${vocabulary.level}s`],
    ['classes', classes.map(printable).join(', ')],
    [
      'test rows',
      performance === undefined
        ? 'not measured'
        : `F1 ${performance.f1.toFixed(4)}, precision ${performance.precision.toFixed(4)}, recall ` +
          `${performance.recall.toFixed(4)} on ${performance.num_samples.toLocaleString('en-US')} rows`,
    ],
  ]);
  return `${printable(directory)}\n${summary}\n${table(weights.map(({ name, shape }) => [name, shape.join(' × ')]))}\n`;
};

const asJson = (directory: string, artifacts: Artifacts): string => {
  const { performance, labelEncoder } = artifacts;
  const measured =
    performance === undefined
      ? 'null'
      : stringifyPerformance(performance, labelEncoder.classes).replaceAll('\n', '\n  ');
  return (
    `${JSON.stringify({ ...describe(directory, artifacts), performance: undefined }, null, 2).slice(0, -2)},\n  ` +
    `"performance": ${measured}\n}\n`
  );
};

/** `headwater inspect`. */
export const inspectCommand = (terminal: Terminal, choose: Choose): Command =>
  new Command('inspect')
    .description('show the configuration, the sizes and the scores of a saved classifier')
    .argument('<dir>', 'the folder of the saved model', path)
    .option('--json', 'write JSON')
    .addHelpText('after', HELP)
    .action((directory: string, { json = false }: Options) =>
      choose({
        work$: fromTask(loadArtifacts(directory)).pipe(
          tap(
            (artifacts) =>
              void terminal.stdout.write(json ? asJson(directory, artifacts) : asText(directory, artifacts)),
          ),
        ),
        outlivesReader: false,
      }),
    );
