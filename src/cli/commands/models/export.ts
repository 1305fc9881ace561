import { basename, dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { concatMap, map, tap } from 'rxjs';
import { loadArtifacts } from '../../../models/artifacts/loadArtifacts.js';
import { encodeOnnx } from '../../../models/onnx/encodeOnnx.js';
import { writeFiles } from '../../../sinks/files/writeFiles.js';
import { printable } from '../../../sinks/terminal/printable.js';
import { path } from '../../process/argument.js';
import { fromTask } from '../../process/fromTask.js';
import type { Choose } from '../../process/Job.js';
import type { Terminal } from '../../process/Terminal.js';

interface Options {
  readonly onnx: string;
}

const HELP = `
The file holds the network of the model. It does not hold the steps from a text to what the network reads.
Its inputs are those that the model has: tokens, int64 [B, T], and lengths, int64 [B]; vector_ids, int64 [B,
T]; feature_rows and feature_ids, int64 [N], and feature_values, float32 [N]; of a linear model rows, int64
[1]. rowEncoder makes them of a text, in code. Its outputs are probabilities and logits, float32 [B, C]. Its
metadata has the names of the classes in the order of the outputs.

Examples:
  $ headwater export models/news --onnx news.onnx
`;

/** `headwater export`. */
export const exportCommand = (terminal: Terminal, choose: Choose): Command =>
  new Command('export')
    .description('write the network of a saved classifier as an ONNX file')
    .argument('<dir>', 'the folder of the saved model', path)
    .requiredOption('--onnx <file>', 'the file to write', path)
    .addHelpText('after', HELP)
    .action((directory: string, { onnx: file }: Options) =>
      choose({
        work$: fromTask(loadArtifacts(directory)).pipe(
          map(encodeOnnx),
          concatMap((bytes) => {
            const full = resolve(file);
            return fromTask(writeFiles(dirname(full), new Map([[basename(full), bytes]]))).pipe(
              map(() => bytes.length),
            );
          }),
          tap(
            (bytes) =>
              void terminal.stdout.write(`${printable(file)}: ${(bytes / 1e6).toFixed(1)} MB, ONNX opset 17\n`),
          ),
        ),
        outlivesReader: true,
      }),
    );
