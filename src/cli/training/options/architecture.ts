import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { TrainingOptions } from './trainingOptions.js';

/** What `--architecture` can be. */
export type ArchitectureName = 'auto' | 'lesson' | 'linear' | 'wide-gru';

/** What `--architecture` can be, in the order of `--help`. */
export const ARCHITECTURES: readonly ArchitectureName[] = ['auto', 'lesson', 'linear', 'wide-gru'];

/** Options that architectures have, by the names of the command. */
const FLAGS = {
  cell: '--cell',
  bidirectional: '--bidirectional',
  embeddingDim: '--embedding-dim',
  hiddenDim: '--hidden-dim',
  fcDim: '--fc-dim',
  dropout: '--dropout',
  overPadding: '--over-padding',
  embeddingSpread: '--embedding-spread',
  schedule: '--schedule',
  patience: '--patience',
  lr: '--lr',
  monitor: '--monitor',
  seeds: '--seeds',
  vectors: '--vectors',
  joinValidation: '--join-validation',
} as const satisfies Partial<Record<keyof TrainingOptions, string>>;

type Flag = keyof typeof FLAGS;

/** The options that only the lesson's classifier has: each of them alone means it. */
const LESSON_ONLY: readonly Flag[] = [
  'cell',
  'bidirectional',
  'embeddingDim',
  'hiddenDim',
  'fcDim',
  'dropout',
  'overPadding',
  'embeddingSpread',
  'schedule',
  'patience',
];

/** What each architecture has no use for. */
const FOREIGN: Readonly<Record<ArchitectureName, readonly Flag[]>> = {
  auto: LESSON_ONLY,
  lesson: ['seeds', 'vectors', 'joinValidation'],
  linear: [...LESSON_ONLY, 'lr', 'monitor', 'seeds', 'vectors'],
  'wide-gru': ['cell', 'bidirectional', 'fcDim', 'overPadding', 'embeddingSpread', 'schedule', 'patience'],
};

const isGiven = (options: TrainingOptions, flag: Flag): boolean => options[flag] !== undefined;

/**
 * The architecture that the options mean: the one that is named; the lesson's, where the text or an option is the
 * lesson's; else `auto`.
 *
 * @throws HeadwaterError `HW_USAGE` where an option has no meaning with it
 */
export const architectureFrom = (options: TrainingOptions): ArchitectureName => {
  const architecture =
    options.architecture ??
    (options.text === 'lesson' || LESSON_ONLY.some((flag) => isGiven(options, flag)) ? 'lesson' : 'auto');
  const foreign = FOREIGN[architecture].filter((flag) => isGiven(options, flag));
  const none = foreign.length === 1 && options.vectors === 'none' && foreign[0] === 'vectors';
  if (foreign.length === 0 || none) return architecture;
  const named = foreign.map((flag) => (options[flag] === false ? FLAGS[flag].replace('--', '--no-') : FLAGS[flag]));
  // Only the wide GRU reads word vectors, and is more than one network.
  const wideOnly = foreign.some((flag) => flag === 'vectors' || flag === 'seeds');
  const other = architecture === 'lesson' || wideOnly ? 'wide-gru' : 'lesson';
  const how = options.architecture === undefined ? ', which other options mean' : '';
  throw new HeadwaterError(
    'HW_USAGE',
    `${named.join(', ')} ${named.length === 1 ? 'has' : 'have'} no meaning with --architecture ${architecture}${how}. Leave ${named.length === 1 ? 'it' : 'them'} out, or choose --architecture ${other}.`,
  );
};
