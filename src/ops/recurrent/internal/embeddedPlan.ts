import { distinctTokens } from './distinctTokens.js';
import type { DistinctTokens } from './distinctTokens.js';
import type { EmbeddedAttributes } from './embeddedOps.js';
import { layerSchedules } from './Schedule.js';
import type { Schedule } from './Schedule.js';

/** The plan of a batch for one direction of a layer over embeddings. */
export interface EmbeddedDirection {
  readonly schedule: Schedule;
  readonly distinct: DistinctTokens;
}

/** The forward and the backward pass have the same attributes object, so a plan is made once per step. */
const plans = new WeakMap<EmbeddedAttributes, readonly EmbeddedDirection[]>();

/** Working memory of {@link distinctTokens}: it grows to the size of the largest vocabulary. */
let slots = new Int32Array(0);

/** Working memory for {@link distinctTokens}, all zeros. */
export const slotsFor = (vocabularySize: number): Int32Array => {
  if (slots.length < vocabularySize) slots = new Int32Array(vocabularySize);
  return slots;
};

/** The plan of a batch for each direction, the forward one first. */
export const embeddedPlan = (attributes: EmbeddedAttributes, directions: number): readonly EmbeddedDirection[] => {
  const known = plans.get(attributes);
  if (known !== undefined) return known;
  const { tokens, lengths, time, overPadding, vocabularySize } = attributes;
  const plan = layerSchedules(lengths, time, directions, overPadding, 'last').map((schedule) => ({
    schedule,
    distinct: distinctTokens(tokens, schedule.index, slotsFor(vocabularySize)),
  }));
  plans.set(attributes, plan);
  return plan;
};
