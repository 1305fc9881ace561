import { map, type Observable, of } from 'rxjs';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { ClassifierConfig } from '../../../models/ClassifierConfig.js';
import type { Artifacts } from '../../../models/artifacts/Artifacts.js';
import { loadArtifacts } from '../../../models/artifacts/loadArtifacts.js';
import { isLessonConfig } from '../../../models/artifacts/ModelConfig.js';
import type { WideGruConfig } from '../../../models/wide/WideGruConfig.js';
import { type TextSteps, textSteps } from '../../../text/TextSteps.js';
import { fromTask } from '../../process/fromTask.js';
import type { ArchitectureName } from '../options/architecture.js';
import type { TrainingOptions } from '../options/trainingOptions.js';
import type { CoveringVectors } from './foundVectors.js';

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
  /** Whether its network reads word vectors. */
  readonly vectors: boolean;
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
  const { config } = artifacts;
  const model = { dir, artifacts, text: artifacts.text ?? textSteps({ preprocessor: 'lesson' }) };
  if (isLessonConfig(config))
    return { ...model, architectures: ['lesson'], sizes: lessonSizes(config), vectors: false };
  if (config.architecture === 'linear')
    throw misuse(
      `${dir} is a linear model. The loss of a linear model has a single minimum, which a training finds from every ` +
        'start. Leave --warm-start out.',
    );
  const network = config.architecture === 'sum' ? config.network : config;
  return { ...model, architectures: ['auto', 'wide-gru'], sizes: networkSizes(network), vectors: network.vectors };
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
  return fromTask(loadArtifacts(warmStart)).pipe(map((artifacts) => described(warmStart, artifacts)));
};

/**
 * Refuses other word vectors than those that the older model was trained on.
 *
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkSameVectors = ({ dir, vectors, artifacts }: OlderModel, found: CoveringVectors | undefined): void => {
  if (!vectors) return;
  const about = artifacts.training?.choice?.vectors;
  const sha256 = about?.sha256 ?? undefined;
  if (found !== undefined && (sha256 === undefined || found.about.sha256 === sha256)) return;
  throw misuse(
    `${dir} was trained on word vectors${about === undefined ? '' : ` from ${about.source}`}, and ` +
      `${found === undefined ? 'none are found now' : 'these are others'}. Give the same ones with --vectors.`,
  );
};
