import { attentionGradOp, attentionOp } from '../../../pooling/internal/attentionOps.js';
import { putInts, type Take } from '../machine/directionRun.js';
import type { KernelArguments } from '../machine/kernelArguments.js';
import type { KernelMachine, Resident } from '../machine/KernelMachine.js';
import { WORD } from '../machine/KernelMemory.js';
import { sumRows, tasksFor } from '../machine/products.js';
import { simdKernel } from '../machine/simdKernel.js';

/** The number of rows per task. */
const PART = 4;

/** The addresses of the backward pass. */
type Backward = Pick<KernelArguments<'attend'>, 'dWeights' | 'dx' | 'dScores' | 'dQuery'>;
const FORWARD: Backward = { dWeights: 0, dx: 0, dScores: 0, dQuery: 0 };

/** Runs one of the two kernels. `pooled` is the output or its gradient. */
const runAttention = (
  machine: KernelMachine,
  take: Take,
  inputs: { readonly x: Resident; readonly query: Resident; readonly lengths: Int32Array },
  weights: Resident,
  pooled: Resident,
  backward: Backward = FORWARD,
): void => {
  const { x, query, lengths } = inputs;
  const [batch, time, width] = x.shape as [number, number, number];
  machine.threads.run(backward === FORWARD ? 'attend' : 'attendBackward', tasksFor(batch, PART), {
    x: x.at,
    query: query.at,
    lengths: putInts(machine, take, lengths),
    batch,
    time,
    width,
    weights: weights.at,
    pooled: pooled.at,
    part: PART,
    ...backward,
  });
};

export const attentionKernels = [
  simdKernel(attentionOp, (machine, { x, query }, { lengths }) => {
    const [batch, time, width] = x.shape as [number, number, number];
    const pooled = machine.makeResult(batch, width);
    const weights = machine.makeResult(batch, time);
    machine.memory.borrow((take) => runAttention(machine, take, { x, query, lengths }, weights, pooled));
    return [pooled, weights];
  }),

  simdKernel(attentionGradOp, (machine, { x, query, weights, dPooled, dWeights }, { lengths }) => {
    const [batch, time, width] = x.shape as [number, number, number];
    const dx = machine.makeResult(batch, time, width);
    const dQuery = machine.makeResult(width);
    machine.memory.borrow((take) => {
      const ofRows = take(batch * width * WORD);
      runAttention(machine, take, { x, query, lengths }, weights, dPooled, {
        dWeights: dWeights.at,
        dx: dx.at,
        dScores: take(batch * time * WORD),
        dQuery: ofRows,
      });
      sumRows(machine, ofRows, batch, width, dQuery.at);
    });
    return [dx, dQuery];
  }),
];
