import { vectorEmbeddingGradOp, vectorEmbeddingOp, writeVectors } from '../../../layers/vectorEmbedding.js';
import { putInts } from '../directionRun.js';
import { fillZeros, sumGroups, WORD } from '../products.js';
import { simdKernel } from '../simdKernel.js';

export const vectorEmbeddingKernels = [
  // e[i, t] = scale · rows[vectorIds[i, t]] + delta[places[i, t]]: the table stays where its owner has it
  simdKernel(vectorEmbeddingOp, (machine, { delta }, attributes) => {
    const { size, time, places } = attributes;
    const width = delta.shape[1]!;
    const result = machine.makeResult(size, time, width);
    const output = machine.memory.floats(result.at, size * time * width);
    writeVectors(output, attributes);
    const trained = machine.memory.floats(delta.at, delta.shape[0]! * width);
    for (let i = 0; i < places.length; i++) {
      const place = places[i]!;
      if (place < 0) continue;
      for (let j = 0; j < width; j++) output[i * width + j]! += trained[place * width + j]!;
    }
    return [result];
  }),

  // dDelta[u] = Σ over places[i, t] = u of dOutput[i, t]
  simdKernel(vectorEmbeddingGradOp, (machine, { dOutput }, { places, count }) => {
    const width = dOutput.shape[2]!;
    const result = machine.makeResult(count, width);
    const starts = new Int32Array(count + 1);
    for (const place of places) if (place >= 0) starts[place + 1]!++;
    const isFull = !starts.includes(0, 1);
    for (let u = 0; u < count; u++) starts[u + 1]! += starts[u]!;
    if (!isFull) {
      // A group without members has no sum: only rows that no token takes.
      const dDelta = machine.memory.floats(result.at, count * width);
      fillZeros(machine, result.at, count * width * WORD);
      const from = machine.memory.floats(dOutput.at, places.length * width);
      places.forEach((place, i) => {
        if (place >= 0) for (let j = 0; j < width; j++) dDelta[place * width + j]! += from[i * width + j]!;
      });
      return [result];
    }
    const next = starts.slice();
    const members = new Int32Array(starts[count]!);
    places.forEach((place, i) => {
      if (place >= 0) members[next[place]!++] = i;
    });
    machine.memory.borrow((take) =>
      sumGroups(
        machine,
        dOutput.at,
        putInts(machine, take, members),
        putInts(machine, take, starts),
        count,
        width,
        result.at,
      ),
    );
    return [result];
  }),
];
