import type { ModelChosen, ModelTrainingEvent } from '../../src/training/ModelChosen.js';

/** What a training chose in the end. */
export const chosenIn = (events: readonly ModelTrainingEvent[]): ModelChosen => {
  const last = events.at(-1);
  if (last?.type !== 'model-chosen') throw new Error('nothing was chosen');
  return last;
};
