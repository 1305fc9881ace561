import { vectorEmbeddingGradOp, vectorEmbeddingOp, writeVectors } from '../../../layers/vectorEmbedding.js';
import { putInts } from '../directionRun.js';
import { sumGroups } from '../products.js';
import { membersOf } from '../../../internal/membersOf.js';
import { simdKernel } from '../simdKernel.js';

export const vectorEmbeddingKernels = [
  // e[i, t] = scale · rows[vectorIds[i, t]] + delta[places[i, t]]: the table stays where its owner has it
  simdKernel(vectorEmbeddingOp, (machine, { delta }, attributes) => {
    const { shape, places } = attributes;
    const width = delta.shape[1]!;
    const result = machine.makeResult(...shape, width);
    const output = machine.memory.floats(result.at, places.length * width);
    const trained = machine.memory.floats(delta.at, delta.shape[0]! * width);
    writeVectors(output, attributes, trained);
    return [result];
  }),

  // dDelta[u] = Σ over places[i, t] = u of dOutput[i, t]
  simdKernel(vectorEmbeddingGradOp, (machine, { dOutput }, { places, count }) => {
    const width = dOutput.shape.at(-1)!;
    const result = machine.makeResult(count, width);
    const { members, starts } = membersOf(places, count);
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
