import { catchError, map, type Observable, of, throwError } from 'rxjs';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { ClassifierConfig } from '../../../models/ClassifierConfig.js';
import type { Artifacts } from '../../../models/artifacts/Artifacts.js';
import { loadArtifacts } from '../../../models/artifacts/loadArtifacts.js';
import { isLessonConfig } from '../../../models/artifacts/ModelConfig.js';
import type { WideGruConfig } from '../../../models/wide/WideGruConfig.js';
import { LESSON_STEPS, type TextSteps } from '../../../text/TextSteps.js';
import { fromTask } from '../../process/fromTask.js';
import type { ArchitectureName } from '../options/ArchitectureName.js';
import type { TrainingOptions } from '../options/trainingOptions.js';
import { COLUMNS } from '../options/columns.js';
import type { FoundVectors } from '../../../vectors/findVectors.js';

/** The options that say how large a network is, and of which kind. */
type Sizes = Partial<
  Pick<
    TrainingOptions,
    'cell' | 'bidirectional' | 'embeddingDim' | 'hiddenDim' | 'fcDim' | 'overPadding' | 'pooling' | 'seeds'
  >
>;

/** The saved model of `--warm-start`, and what a training takes over from it. */
export interface OlderModel {
  readonly dir: string;
  readonly artifacts: Artifacts;
  /** The steps from a text to its tokens. */
  readonly text: TextSteps;
  /** The architectures that have such a network. */
  readonly architectures: readonly [ArchitectureName, ...ArchitectureName[]];
  /** The sizes of its network. */
  readonly sizes: Sizes;
  /** The word vectors that its network reads, if any. */
  readonly vectors: FoundVectors | undefined;
}

const misuse = (message: string): HeadwaterError => new HeadwaterError('HW_USAGE', message);

const lessonSizes = (config: ClassifierConfig): Sizes => ({
  cell: config.cell,
  bidirectional: config.bidirectional,
  embeddingDim: config.embeddingDim,
  hiddenDim: config.hiddenDim,
  fcDim: config.fcDim,
  overPadding: config.overPadding,
});

const networkSizes = (config: WideGruConfig): Sizes => ({
  embeddingDim: config.embeddingDim,
  hiddenDim: config.hiddenDim,
  pooling: config.pooling ?? 'max-mean',
  seeds: config.members ?? 1,
});

const described = (dir: string, artifacts: Artifacts): OlderModel => {
  const { config, tokenizer, vectors, training } = artifacts;
  // Loose files of the lesson have no text steps. Their tokenizer says whether tokens are characters.
  const text = artifacts.text ?? { ...LESSON_STEPS, charLevel: tokenizer.charLevel };
  if (isLessonConfig(config))
    return { dir, artifacts, text, architectures: ['lesson'], sizes: lessonSizes(config), vectors: undefined };
  if (config.architecture === 'linear')
    throw misuse(
      `${dir} is a linear model. The loss of a linear model has a single minimum, which a training finds from every ` +
        'start. Leave --warm-start out.',
    );
  const network = config.architecture === 'sum' ? config.network : config;
  if (network.columns !== 0 && network.columns !== COLUMNS)
    throw misuse(
      `${dir} has ${network.columns} columns of hashed features, and this command trains models with ${COLUMNS}. ` +
        'Use trainModel in code, or leave --warm-start out.',
    );
  return {
    dir,
    artifacts,
    text,
    // First the one that always keeps a network.
    architectures: ['wide-gru', 'auto'],
    sizes: networkSizes(network),
    vectors: vectors && { vectors, source: training?.choice?.vectors?.source ?? dir },
  };
};

/**
 * Reads the model of `--warm-start`; undefined without that option.
 *
 * Errors: `HW_USAGE` if it is a linear model, or if an option has no meaning with it; those of `loadArtifacts`.
 */
export const olderModel = ({
  warmStart,
  crossValidate,
  search,
}: Pick<TrainingOptions, 'warmStart' | 'crossValidate' | 'search'>): Observable<OlderModel | undefined> => {
  if (warmStart === undefined) return of(undefined);
  const other = crossValidate === undefined ? (search === undefined ? undefined : '--search') : '--cross-validate';
  if (other !== undefined) throw misuse(`--warm-start and ${other} exclude each other. Leave one of them out.`);
  return fromTask(loadArtifacts(warmStart)).pipe(
    catchError((error: unknown) =>
      throwError(() =>
        error instanceof HeadwaterError
          ? new HeadwaterError(error.code, `--warm-start: ${error.message}`, { cause: error, where: error.where })
          : error,
      ),
    ),
    map((artifacts) => described(warmStart, artifacts)),
  );
};
