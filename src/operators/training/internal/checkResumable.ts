import type { Checkpoint, FitSettings } from '../../../contracts/training/Checkpoint.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { SIDES } from '../../../contracts/rows/Row.js';
import type { DeferredTrainable, Trainable } from '../../../contracts/models/Trainable.js';

/**
 * Refuses a model whose training cannot be resumed.
 *
 * @throws HeadwaterError `HW_USAGE` if it does not give its optimizer's state
 */
export const checkResumable = (model: Trainable | DeferredTrainable): void => {
  if ('optimizerState' in model && 'loadOptimizerState' in model) return;
  throw new HeadwaterError(
    'HW_USAGE',
    `fit cannot make checkpoints of model ${model.name}: it has no optimizerState() and ` +
      'loadOptimizerState(), and without them a training cannot be resumed exactly.',
  );
};

/** The first difference between two trainings, by name, with both values; undefined if there is none. */
const difference = (
  saved: FitSettings,
  present: FitSettings,
): { readonly field: string; readonly was: unknown; readonly is: unknown } | undefined => {
  for (const field of ['epochs', 'learningRate', 'keep', 'averageOver', 'monitor', 'clipNorm', 'scheduled'] as const)
    if (saved[field] !== present[field]) return { field, was: saved[field], is: present[field] };
  for (const side of SIDES)
    if (saved.rows[side] !== present.rows[side])
      return { field: `${side} rows`, was: saved.rows[side], is: present.rows[side] };
  return undefined;
};

/**
 * Refuses a checkpoint of another training.
 *
 * @throws HeadwaterError `HW_USAGE`, with the first field that differs
 */
export const checkSameTraining = (checkpoint: Checkpoint, model: string, present: FitSettings): void => {
  const differs =
    checkpoint.model === model
      ? difference(checkpoint.settings, present)
      : { field: 'model', was: checkpoint.model, is: model };
  if (differs === undefined) return;
  const { field, was, is } = differs;
  throw new HeadwaterError(
    'HW_USAGE',
    `The training cannot continue from this checkpoint: its ${field} was ${String(was)}, ` +
      `and is now ${String(is)}. Continue with the earlier value, or train from the start.`,
  );
};
