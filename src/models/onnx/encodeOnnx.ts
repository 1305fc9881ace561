import { isLeft } from 'fp-ts/lib/Either.js';
import { checkArtifactsArgument } from '../artifacts/internal/checkArtifactsArgument.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { type Artifacts, checkArtifacts } from '../artifacts/Artifacts.js';
import { inputsOf, isLessonConfig, type ModelConfig } from '../artifacts/ModelConfig.js';
import { lessonGraph } from './internal/lessonGraph.js';
import { linearGraph } from './internal/linearGraph.js';
import { ONNX_TYPE, writeOnnxModel } from './internal/onnxModel.js';
import type { OnnxGraph } from './internal/OnnxPart.js';
import { sumGraph, wideGraph } from './internal/wideGraph.js';

/** A protobuf message must be smaller than 2 GiB; some bytes are reserved for everything but the weights. */
const MOST_WEIGHT_BYTES = 2 ** 31 - 2 ** 24;

const LESSON_DESCRIPTION =
  'A text classifier. tokens: the token numbers of each row, filled up with the padding token. ' +
  'lengths: the number of tokens of each row, at least 1. probabilities: those of each class.';

const DESCRIPTION =
  'A text classifier. Its inputs are made of a text by the tokenizer, ' +
  'the word vectors and the hashed features of the model. ' +
  'probabilities: those of each class.';

/** The graph of a model, whatever its architecture. */
const graphOf = ({ config, weights, vectors }: Artifacts): OnnxGraph => {
  if (isLessonConfig(config)) return lessonGraph(config, weights);
  switch (config.architecture) {
    case 'linear':
      return linearGraph(config, weights);
    case 'wide-gru':
      return wideGraph(config, weights, vectors);
    case 'sum':
      return sumGraph(config, weights, vectors);
  }
};

/** The name of a graph: the kind of the model. */
const nameOf = (config: ModelConfig): string => (isLessonConfig(config) ? config.cell : config.architecture);

/**
 * Writes the network of a saved model as an ONNX file, which other runtimes such as onnxruntime read.
 *
 * The file holds the network, but not the steps from a text to the network's inputs. `rowEncoder(artifacts)` does these
 * steps, and the names below are those of its batches. The inputs depend on the model:
 *
 * - `tokens`, int64 [B, T], and `lengths`, int64 [B], each between 1 and T; not for a linear model;
 * - `vector_ids`, int64 [B, T], where it uses word vectors; their table is in the file;
 * - `feature_rows`, `feature_ids` and `feature_values` [N], where it uses hashed features: for each feature the row of
 *   the batch, int64, the column, int64, and the value, float32;
 * - `rows`, int64 [1], for a linear model: the number of rows, B.
 *
 * The outputs are `logits` and `probabilities`, float32 [B, C]. They differ from Headwater's only by rounding. The
 * metadata has `classes`, a JSON array in the order of the outputs; `padIndex`, where the model uses tokens; and
 * `modelId`, where it has one. The operators are those of version 17, and the file format is version 8. Equal artifacts
 * give equal bytes. Uses memory for about three more copies of the weights while it runs.
 *
 * @param artifacts a saved model of any architecture
 * @returns the bytes of the file
 * @throws HeadwaterError `HW_USAGE` for weights of 2 GiB or more, which the format cannot hold; `HW_ARTIFACT` when the
 * artifacts do not match each other
 * @see https://onnx.ai/onnx/repo-docs/IR.html
 *
 * @example
 * ```ts
 * import { encodeOnnx, loadArtifacts } from 'headwater';
 * import { writeFileSync } from 'node:fs';
 * const loaded = await loadArtifacts('artifacts/gru')();
 * if (loaded._tag === 'Right') writeFileSync('news.onnx', encodeOnnx(loaded.right));
 * ```
 */
export const encodeOnnx = (artifacts: Artifacts): Uint8Array => {
  checkArtifactsArgument('encodeOnnx', artifacts);

  const checked = checkArtifacts(artifacts);
  if (isLeft(checked)) throw checked.left;
  const { config, labelEncoder, modelId } = checked.right;
  const { inputs, classes, nodes, tensors } = graphOf(checked.right);
  const bytes = tensors.reduce((sum, { data }) => sum + ('byteLength' in data ? data.byteLength : 0), 0);
  if (bytes > MOST_WEIGHT_BYTES)
    throw new HeadwaterError(
      'HW_USAGE',
      `The weights have ${bytes} bytes, and an ONNX file holds less than 2 GiB. ` +
        'Train a model with fewer words or a smaller --embedding-dim.',
    );
  const { tokens } = inputsOf(config);
  return writeOnnxModel({
    name: nameOf(config),
    description: isLessonConfig(config) ? LESSON_DESCRIPTION : DESCRIPTION,
    inputs,
    outputs: [
      { name: 'probabilities', type: ONNX_TYPE.float, shape: ['batch', classes] },
      { name: 'logits', type: ONNX_TYPE.float, shape: ['batch', classes] },
    ],
    nodes: [...nodes, { op: 'Softmax', inputs: ['logits'], outputs: ['probabilities'], attributes: { axis: 1 } }],
    tensors,
    metadata: {
      classes: JSON.stringify(labelEncoder.classes),
      ...(tokens !== undefined && { padIndex: String(tokens.padIndex) }),
      ...(modelId !== undefined && { modelId }),
    },
  });
};
