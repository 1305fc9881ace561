import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { concatMap, map, tap } from 'rxjs';
import { builtFile } from '../../../contracts/runtime/builtFile.js';
import { packageJson } from '../../../contracts/runtime/packageJson.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { encodeArtifacts } from '../../../models/artifacts/encodeArtifacts.js';
import { loadArtifacts } from '../../../models/artifacts/loadArtifacts.js';
import { smallerArtifacts } from '../../../models/artifacts/smallerArtifacts.js';
import { writeFiles } from '../../../sinks/files/writeFiles.js';
import { printable } from '../../../sinks/terminal/printable.js';
import { moduleText } from '../../inference/moduleText.js';
import { moduleTypes } from '../../inference/moduleTypes.js';
import { path, wholeNumber } from '../../process/argument.js';
import { fromTask } from '../../process/fromTask.js';
import type { Choose } from '../../process/Job.js';
import type { Terminal } from '../../process/Terminal.js';

interface Options {
  readonly outFile: string;
  readonly words?: number;
  readonly linear?: boolean;
  readonly types?: boolean;
}

const HELP = `
The module holds the weights, the vocabulary, the steps from a text to tokens, and the kernels. It imports nothing. It
runs in Node, Deno, Bun, browsers and edge runtimes. Where an engine compiles no WebAssembly, the kernels run as
JavaScript. It exports classify(text), classes, and open(options).

Examples:
  $ headwater bundle models/news --out-file news.js
  $ headwater bundle models/news --out-file small.js --words 5000
  $ headwater bundle models/news --out-file smallest.js --linear
  $ headwater bundle models/news --out-file src/news.js --types
`;

/** The file of the types that TypeScript finds beside a module: news.d.ts of news.js, news.d.mts of news.mjs. */
const typesFile = (module: string): string => {
  const [, stem = '', ending = ''] = /^(.+)\.(m?)js$/.exec(module) ?? [];
  if (stem === '')
    throw new HeadwaterError(
      'HW_USAGE',
      `--types: TypeScript finds types only of a module whose name ends in .js or .mjs, not of ${module}. Choose ` +
        'another name by --out-file.',
    );
  return `${stem}.d.${ending}ts`;
};

/** The text of the built runtime. */
const runtimeText = (): string => {
  const file = builtFile('bundle/runtime.js');
  if (file === undefined) throw new Error('dist/bundle/runtime.js is missing: npm run build makes it');
  return readFileSync(file, 'utf8');
};

/** `headwater bundle`. */
export const bundleCommand = (terminal: Terminal, choose: Choose): Command =>
  new Command('bundle')
    .description('write a saved classifier as one ES module that needs nothing else')
    .argument('<dir>', 'the folder of the saved model', path)
    .requiredOption('--out-file <file>', 'the module to write, such as news.js', path)
    .option('--words <n>', 'keep only the n most frequent words, and as many word vectors', wholeNumber(1))
    .option('--linear', 'keep only the linear part of a sum of a network and a linear model')
    .option('--types', 'also write the types of the module, for TypeScript, beside it (news.d.ts of news.js)')
    .addHelpText('after', HELP)
    .action((directory: string, { outFile: file, words, linear, types = false }: Options) => {
      const full = resolve(file);
      const module = basename(full);
      const beside = types ? typesFile(module) : undefined;
      choose({
        work$: fromTask(loadArtifacts(directory)).pipe(
          concatMap((whole) => {
            const artifacts = smallerArtifacts(whole, { words, linear });
            const { classes } = artifacts.labelEncoder;
            const about = [
              `A text classifier, made by headwater ${packageJson().version}. It imports nothing.`,
              'It exports classify(text), which gives { category, ' +
                'probability, distribution, known }, classes, and open(options).',
            ];
            const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
            const bytes = encode(moduleText(runtimeText(), encodeArtifacts(artifacts), classes, about));
            const files = new Map([[module, bytes]]);
            if (beside !== undefined) files.set(beside, encode(moduleTypes(classes)));
            return fromTask(writeFiles(dirname(full), files)).pipe(map(() => bytes.length));
          }),
          tap((bytes) => void terminal.stdout.write(`${printable(file)}: ${(bytes / 1e6).toFixed(1)} MB\n`)),
        ),
        outlivesReader: true,
      });
    });
