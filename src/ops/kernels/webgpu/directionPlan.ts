import { tensor1d } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Schedule } from '../../recurrent/internal/Schedule.js';

/**
 * The schedule of a direction in the layout of its shaders: the row at each place [B], the number of steps of each
 * place [B], the offset of the pairs of each step [S + 1], and one number for each pair [N].
 */
export const directionPlan = ({ order, active, offsets }: Schedule, ofPairs: Int32Array): Tensor => {
  const batch = order.length;
  const plan = new Int32Array(2 * batch + offsets.length + ofPairs.length);
  plan.set(order);
  // The rows are in falling order of their steps, so step s only adds one to the first places.
  for (let step = 0; step < active.length; step++)
    for (let place = 0; place < active[step]!; place++) plan[batch + place]!++;
  plan.set(offsets, 2 * batch);
  plan.set(ofPairs, 2 * batch + offsets.length);
  return tensor1d(plan, 'int32');
};

/**
 * The functions that read a plan in a shader, from `uniforms.batch` and `uniforms.steps`, the largest number of steps
 * of a row.
 */
export const PLAN_WGSL = `
      fn rowAt(place : i32) -> i32 { return plan[place]; }
      fn stepsAt(place : i32) -> i32 { return plan[uniforms.batch + place]; }
      fn pairsBefore(step : i32) -> i32 { return plan[2 * uniforms.batch + step]; }
      fn ofPair(pair : i32) -> i32 { return plan[2 * uniforms.batch + uniforms.steps + 1 + pair]; }`;
