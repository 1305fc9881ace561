/**
 * From texts to tokens, labels, features and vectors. It does no I/O: it runs in Node, Deno, Bun and browsers.
 *
 * @module headwater/text
 */

export { classCounts } from '../text/classCounts.js';
export { classWeights } from '../text/classWeights.js';
export { growingVocabulary, type GrowingVocabulary, type GrowingVocabularyOptions } from '../text/GrowingVocabulary.js';
export {
  type ClassOrder,
  LabelEncoder,
  type LabelEncoderJson,
  type LabelEncoderOptions,
} from '../text/LabelEncoder.js';
export { preprocessText } from '../text/preprocessText.js';
export { SeenTexts } from '../text/SeenTexts.js';
export { STOP_WORDS } from '../text/stopWords.js';
export { LESSON_STEPS, parseTextSteps, stringifyTextSteps, TextSteps, textSteps } from '../text/TextSteps.js';
export type { TextStepsOptions } from '../text/TextSteps.js';
export { textPath, type ReadingOptions, type TextPath } from '../text/textPath.js';
export { foldCase } from '../text/unicode/foldCase.js';
export { unicodePreprocessor, type UnicodePreprocessorOptions } from '../text/unicode/unicodePreprocessor.js';
export { textPreprocessor, type TextPreprocessorOptions } from '../text/textPreprocessor.js';
export { DocumentFrequencies, type DocumentFrequenciesData } from '../text/features/DocumentFrequencies.js';
export type { FeatureOptions, FeatureSettings } from '../text/features/countFeatures.js';
export { wideFeatures, type WideFeatures, type WideFeaturesOptions } from '../text/features/wideFeatures.js';
export { rememberTexts, type RememberTextsOptions } from '../text/rememberTexts.js';
export { rowEncoder, type RowEncoder, type RowEncoderOptions } from '../text/rowEncoder.js';
export { collectVectors, type CollectVectorsOptions } from '../text/vectors/collectVectors.js';
export { vectorCoverage, type VectorCoverage } from '../text/vectors/vectorCoverage.js';
export {
  isVectorFile,
  parseVectorFile,
  vectorFileParts,
  type ParseVectorsOptions,
  type VectorFile,
} from '../text/vectors/vectorFile.js';
export type { VectorPrecision, VectorsOrigin, WordVectors } from '../text/vectors/WordVectors.js';
export { Tokenizer, type TokenizerJson } from '../text/Tokenizer.js';
export type { TokenizerOptions } from '../text/TokenizerOptions.js';
