import { findBackend, type Tensor } from '@tensorflow/tfjs-core';
import type { SparseRows } from '../../contracts/rows/SparseRows.js';
import { BACKEND_NAME } from '../definition/backendName.js';
import { EmbeddedBackend } from '../kernels/simd/machine/EmbeddedBackend.js';
import type { Resident } from '../kernels/simd/machine/KernelMachine.js';
import { MOST_PLACES, type SmallBatch, WideInference, type WideShape } from '../kernels/simd/wideInference.js';
import type { CellWeights } from '../recurrent/internal/RecurrentPass.js';

/** The maximum number of rows of a small batch. With more rows, most of the time is spent in the kernels. */
const MOST_SIZE = 8;

/** A wide GRU for small batches. */
export interface SmallBatches {
  /**
   * Computes the logits or probabilities of a batch, shape [B, C]. Returns undefined if the batch is not small or may
   * be invalid: the ops then compute or refuse it.
   */
  compute(batch: SmallBatch, wanted: 'logits' | 'probabilities'): Float32Array | undefined;
  /** Discards what was computed from the weights. Call it before they change. */
  forget(): void;
  /** Frees the kernel memory. */
  dispose(): void;
}

/** Checks the number of sparse rows, and that their offsets rise to the number of entries. */
const areRows = ({ offsets, ids, values }: SparseRows, size: number): boolean => {
  if (offsets.length !== size + 1 || offsets[0] !== 0 || offsets[size] !== ids.length) return false;
  for (let row = 0; row < size; row++) if (offsets[row + 1]! < offsets[row]!) return false;
  return ids.length === values.length;
};

/** Checks that a batch is small, and that its arrays have the sizes that it states. */
const isSmall = ({ size, time, lengths, tokens, vectorIds, features }: SmallBatch, vectors: number): boolean => {
  const places = size * time;
  if (!(size >= 1 && size <= MOST_SIZE && places <= MOST_PLACES)) return false;
  if (tokens.length !== places || lengths.length !== size) return false;
  for (let row = 0; row < size; row++) if (!(lengths[row]! >= 1 && lengths[row]! <= time)) return false;
  if (features !== undefined && !areRows(features, size)) return false;
  if (vectorIds === undefined) return true;
  if (vectorIds.length !== places) return false;
  for (let i = 0; i < places; i++) if (vectorIds[i]! >>> 0 >= vectors) return false;
  return true;
};

/**
 * Computes a wide GRU for small batches on the embedded backend without tensors. The bits equal those of the ops.
 *
 * @param weightOf finds a weight by its name, as a tensor of the backend
 */
export const smallBatches = (shape: WideShape, weightOf: (name: string) => Tensor): SmallBatches => {
  const { rows, dims } = shape.vectors;
  let inference: WideInference | undefined;
  return {
    compute: (batch, wanted) => {
      if (!isSmall(batch, rows.length / dims)) return undefined;
      const backend = findBackend(BACKEND_NAME) as unknown;
      if (!(backend instanceof EmbeddedBackend) || backend.machine === undefined) return undefined;
      const { machine } = backend;
      inference ??= new WideInference(machine, shape);
      if (inference.machine !== machine) return undefined;
      const resident = (name: string): Resident => {
        const { dataId, shape: ofWeight } = weightOf(name);
        return { shape: ofWeight, at: backend.addressOf(dataId, machine), id: dataId };
      };
      const direction = (suffix: string): CellWeights<Resident> => ({
        weight_ih: resident(`rnn.weight_ih_l0${suffix}`),
        weight_hh: resident(`rnn.weight_hh_l0${suffix}`),
        bias_ih: resident(`rnn.bias_ih_l0${suffix}`),
        bias_hh: resident(`rnn.bias_hh_l0${suffix}`),
      });
      const weights = {
        directions: [direction(''), direction('_reverse')],
        headWeight: resident('head.weight'),
        headBias: resident('head.bias'),
      };
      return inference.compute(batch, weights, wanted);
    },
    forget: () => inference?.forget(),
    dispose: () => {
      inference?.dispose();
      inference = undefined;
    },
  };
};
