import { identity } from 'rxjs';
import type { Valve } from '../../../contracts/flow/Valve.js';
import type { Split } from '../../../operators/rows/prepare.js';
import type { SelectedBackend } from '../../../ops/backends/selectBackend.js';
import type { TrainingUpdate } from '../../../server/training/TrainingUpdate.js';
import type { KeptTraining } from '../../checkpoints/trainingCheckpoints.js';
import type { ArchitectureName } from '../options/ArchitectureName.js';
import type { CoveringVectors } from './foundVectors.js';
import type { OlderModel } from './olderModel.js';

/** The inputs of a training. */
export interface Prepared {
  readonly data: string;
  readonly out: string;
  readonly architecture: ArchitectureName;
  readonly split: Split;
  readonly backend: SelectedBackend;
  readonly vectors: CoveringVectors | undefined;
  /** The model from whose weights recurrent models start; undefined where these are drawn with the seed. */
  readonly older: OlderModel | undefined;
  readonly valve: Valve;
  /** The models of this training. The job disposes them when it ends. */
  readonly owned: { dispose(): void }[];
  /** Receives the updates for the page and the progress line. */
  readonly told: (update: TrainingUpdate) => void;
  /** Its checkpoints and its event log. */
  readonly checkpoints: KeptTraining;
}

/** For a training without checkpoints. */
export const NO_CHECKPOINTS: KeptTraining = { fit: {}, last: () => undefined, keeping: identity };
