import type { ArchitectureName } from './ArchitectureName.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { flagOf } from '../../process/flagOf.js';
import type { TrainingOptions } from './trainingOptions.js';

type Flag = keyof TrainingOptions;

/** Options that only the lesson's classifier has. Each of them selects it. */
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

/** The options that each architecture does not have. */
const FOREIGN: Readonly<Record<ArchitectureName, readonly Flag[]>> = {
  auto: LESSON_ONLY,
  lesson: ['seeds', 'pooling', 'vectors', 'joinValidation'],
  linear: [...LESSON_ONLY, 'lr', 'monitor', 'seeds', 'pooling', 'vectors'],
  'wide-gru': ['cell', 'bidirectional', 'fcDim', 'overPadding', 'embeddingSpread', 'schedule', 'patience'],
};

const isGiven = (options: TrainingOptions, flag: Flag): boolean => options[flag] !== undefined;

/**
 * The architecture that the options select: the named one; that of the lesson, if the text steps or an option belong to
 * the lesson; otherwise `auto`.
 *
 * @throws HeadwaterError `HW_USAGE` if an option has no meaning with it
 */
export const architectureFrom = (options: TrainingOptions): ArchitectureName => {
  const architecture =
    options.architecture ??
    (options.text === 'lesson' || LESSON_ONLY.some((flag) => isGiven(options, flag)) ? 'lesson' : 'auto');
  const foreign = FOREIGN[architecture].filter((flag) => isGiven(options, flag));
  const none = foreign.length === 1 && options.vectors === 'none' && foreign[0] === 'vectors';
  if (foreign.length === 0 || none) return architecture;
  const named = foreign.map((flag) => (options[flag] === false ? flagOf(flag).replace('--', '--no-') : flagOf(flag)));
  // Only the wide GRU uses word vectors, and can consist of several networks.
  const wideOnly = foreign.some((flag) => flag === 'vectors' || flag === 'seeds' || flag === 'pooling');
  const other = architecture === 'lesson' || wideOnly ? 'wide-gru' : 'lesson';
  const how = options.architecture === undefined ? ', which other options mean' : '';
  throw new HeadwaterError(
    'HW_USAGE',
    `${named.join(', ')} ${named.length === 1 ? 'has' : 'have'} no meaning with --architecture ` +
      `${architecture}${how}. Leave ${named.length === 1 ? 'it' : 'them'} out, or choose --architecture ${other}.`,
  );
};
