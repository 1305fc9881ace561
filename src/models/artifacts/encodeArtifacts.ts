import { isLeft } from 'fp-ts/lib/Either.js';
import { checkArtifactsArgument } from './internal/checkArtifactsArgument.js';
import { encodeManifest, MANIFEST_FILE } from '../../contracts/models/Manifest.js';
import type { Artifacts } from './Artifacts.js';
import { ARTIFACT_FILES, checkArtifacts } from './Artifacts.js';
import { FORMAT_VERSION } from '../ClassifierConfig.js';
import { encodeSeen } from './internal/seenFile.js';
import { encodeFeatures } from './internal/featuresFile.js';
import { encodeVectors } from './internal/vectorsFile.js';
import { stringifyModelConfig } from './ModelConfig.js';
import { stringifyPerformance } from './internal/performanceJson.js';
import { stringifyTextSteps } from '../../text/TextSteps.js';
import { encodeSafetensors } from './safetensors.js';

/**
 * Encodes artifacts as files: their bytes by file name. The caller writes them.
 *
 * `tokenizer.json` and `label_encoder.json` are the lesson's, byte for byte. `performance.json` has the lesson's
 * structure. It is left out where nothing was measured, and `training.json` and `seen.bin` are left out where nothing
 * was recorded. Models with hashed features or word vectors also have `features.safetensors` or `vectors.hwv`.
 * `manifest.json` lists all files with their SHA-256. `writeFiles` and `artifactFiles` use it to tell which files
 * belong together. Equal artifacts give equal bytes. `loadArtifacts` and `decodeArtifacts` read the files. Uses memory
 * for two more copies of the weights while it runs.
 *
 * @returns the files in the order of writing, the manifest last
 * @throws HeadwaterError `HW_ARTIFACT` when the artifacts do not match each other
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { classifier, classifierConfig, encodeArtifacts, LabelEncoder, registerBackend, Tokenizer } from 'headwater';
 * import { lastValueFrom, of } from 'rxjs';
 * registerBackend();
 * const tokenizer = await lastValueFrom(of('rain in april', 'a late goal').pipe(Tokenizer.fit()));
 * const labelEncoder = LabelEncoder.of(['Sports', 'World']);
 * const model = classifier(classifierConfig({ vocabularySize: tokenizer.size, classes: labelEncoder.size }), {
 *   seed: 1234,
 * });
 * const files = encodeArtifacts({ config: model.config, weights: model.stateDict(), tokenizer, labelEncoder });
 * [...files.keys()]; // ['tokenizer.json', 'label_encoder.json', 'config.json', 'model.safetensors', 'manifest.json']
 * model.dispose();
 * ```
 */
export const encodeArtifacts = (artifacts: Artifacts): ReadonlyMap<string, Uint8Array> => {
  checkArtifactsArgument('encodeArtifacts', artifacts);

  const checked = checkArtifacts(artifacts);
  if (isLeft(checked)) throw checked.left;
  const { config, weights, text: steps, tokenizer, labelEncoder, performance, training } = checked.right;
  const { features, vectors, seen } = checked.right;
  const text = new TextEncoder();
  const files = new Map<string, Uint8Array>([
    [ARTIFACT_FILES.tokenizer, text.encode(tokenizer.stringify())],
    [ARTIFACT_FILES.labelEncoder, text.encode(labelEncoder.stringify())],
    [ARTIFACT_FILES.config, text.encode(stringifyModelConfig(config))],
  ]);
  if (steps !== undefined) files.set(ARTIFACT_FILES.text, text.encode(stringifyTextSteps(steps)));
  if (performance !== undefined)
    files.set(ARTIFACT_FILES.performance, text.encode(stringifyPerformance(performance, labelEncoder.classes)));
  if (training !== undefined) files.set(ARTIFACT_FILES.training, text.encode(JSON.stringify(training, null, 2)));
  if (seen !== undefined) files.set(ARTIFACT_FILES.seen, encodeSeen(seen));
  if (features !== undefined) files.set(ARTIFACT_FILES.features, encodeFeatures(features));
  if (vectors !== undefined) files.set(ARTIFACT_FILES.vectors, encodeVectors(vectors));
  files.set(ARTIFACT_FILES.weights, encodeSafetensors(weights));
  return files.set(MANIFEST_FILE, encodeManifest(FORMAT_VERSION, files));
};
