import type { TrainingOptions } from './trainingOptions.js';

/**
 * Whether an option can change the result of a training. The compiler requires an answer for each option. Checkpoints
 * contain the options that can, so an option whose value is a secret must not be one of them.
 */
const DECIDES: Readonly<Record<keyof TrainingOptions, boolean>> = {
  // The table. Its rows are compared by their hash, and its layout by its record.
  titleColumn: true,
  labelColumn: true,
  delimiter: true,
  quote: true,
  header: true,
  comment: true,
  encoding: true,
  skipLines: true,
  classNames: true,
  minClassRows: true,
  shares: true,
  test: true,
  validationData: false,
  testData: false,
  headers: false,
  offline: false,
  retries: false,
  totalTimeout: false,
  maxRejections: false,
  rejections: false,
  // The texts.
  text: true,
  stopWords: true,
  keepCase: true,
  charLevel: true,
  punctuation: true,
  maxLength: true,
  maxWithoutText: true,
  numTokens: true,
  minTokenFrequency: true,
  // The model and its training.
  architecture: true,
  // Compared by their hash and their place: an address may have a password in it.
  vectors: false,
  warmStart: true,
  cell: true,
  bidirectional: true,
  embeddingDim: true,
  hiddenDim: true,
  fcDim: true,
  dropout: true,
  pooling: true,
  overPadding: true,
  embeddingSpread: true,
  epochs: true,
  batchSize: true,
  lr: true,
  schedule: true,
  patience: true,
  seed: true,
  seeds: true,
  classWeights: true,
  clipNorm: true,
  keep: true,
  monitor: true,
  refit: true,
  joinValidation: true,
  search: true,
  trial: true,
  wordWeight: true,
  optimizer: true,
  inverseRegularization: true,
  crossValidate: true,
  // The machine. The backend and the arithmetic of its kernels are compared as such.
  backend: false,
  threads: false,
  // What is told, and where.
  checkpointEvery: false,
  resume: false,
  events: false,
  json: false,
  tensorboard: false,
  ui: false,
  uiPort: false,
  open: false,
  beside: false,
  flow: false,
  flowTrace: false,
};

const decides = (name: string): boolean => Object.hasOwn(DECIDES, name) && DECIDES[name as keyof TrainingOptions];

/** The options that can change the result of a training, as plain data. */
export const decidingOptions = (options: TrainingOptions): Readonly<Record<string, unknown>> =>
  JSON.parse(JSON.stringify(Object.fromEntries(Object.entries(options).filter(([name]) => decides(name))))) as Record<
    string,
    unknown
  >;
