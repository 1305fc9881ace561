import { attentionGradOp, attentionOp } from '../../../pooling/internal/attentionOps.js';
import { putInts } from '../machine/directionRun.js';
import { WORD } from '../machine/KernelMemory.js';
import { sumRows, tasksFor } from '../machine/products.js';
import { simdKernel } from '../machine/simdKernel.js';

/** The number of rows per task. */
const PART = 4;

export const attentionKernels = [
  simdKernel(attentionOp, (machine, { x, query }, { lengths }) => {
    const [batch, time, width] = x.shape as [number, number, number];
    const pooled = machine.makeResult(batch, width);
    const weights = machine.makeResult(batch, time);
    machine.memory.borrow((take) => {
      machine.threads.run('attend', tasksFor(batch, PART), {
        x: x.at,
        query: query.at,
        lengths: putInts(machine, take, lengths),
        batch,
        time,
        width,
        weights: weights.at,
        pooled: pooled.at,
        part: PART,
        dWeights: 0,
        dx: 0,
        dScores: 0,
        dQuery: 0,
      });
    });
    return [pooled, weights];
  }),

  simdKernel(attentionGradOp, (machine, { x, query, weights, dPooled, dWeights }, { lengths }) => {
    const [batch, time, width] = x.shape as [number, number, number];
    const dx = machine.makeResult(batch, time, width);
    const dQuery = machine.makeResult(width);
    machine.memory.borrow((take) => {
      const ofRows = take(batch * width * WORD);
      machine.threads.run('attendBackward', tasksFor(batch, PART), {
        x: x.at,
        query: query.at,
        lengths: putInts(machine, take, lengths),
        batch,
        time,
        width,
        weights: weights.at,
        pooled: dPooled.at,
        part: PART,
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
