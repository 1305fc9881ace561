import type { HeldRows } from '../../sparse/internal/RowKernels.js';
import type { RowMemory } from '../../sparse/internal/RowMemory.js';
import type { RowStore } from '../../sparse/internal/RowStore.js';
import { Block, ChunkList } from './machine/blocks.js';
import { linearKernels, rowMemory } from './machine/linearKernels.js';

/**
 * A memory for tables, with look-ups and optimizer steps in vector instructions.
 *
 * @throws the error of the engine, when it has no such instructions or not enough memory
 */
export const rowKernels = (): RowMemory => {
  const { memory, kernels } = linearKernels();
  const [ids, places, found, gradients] = [new Block(memory), new Block(memory), new Block(memory), new Block(memory)];
  const [rows, firsts, seconds] = [new Block(memory), new Block(memory), new Block(memory)];
  const lists = new WeakMap<RowStore, ChunkList>();

  const chunksOf = (store: RowStore): ChunkList => {
    let list = lists.get(store);
    if (list === undefined) lists.set(store, (list = new ChunkList(store, memory, kernels)));
    return list;
  };

  /** Adds missing rows, and writes the addresses of the rows and of their values in the companions. */
  const touch = (table: HeldRows, given: Int32Array, companions: readonly (readonly [RowStore, Block])[]): void => {
    const { slots, store } = table;
    const count = given.length;
    memory.putInts(ids.reserve(count), given);
    chunksOf(store).touch(table, ids.at, given, rows);
    for (const [companion, block] of companions) {
      companion.growTo(store.length);
      chunksOf(companion).find(ids.at, count, slots, block);
    }
  };

  const putGradient = (gradient: Float32Array): number => {
    memory.putFloats(gradients.reserve(gradient.length), gradient);
    return gradients.at;
  };

  return {
    ...rowMemory(memory),
    kernels: {
      lookUp: ({ slots, store }, given, without = -1) => {
        const count = given.length;
        const { width } = store;
        memory.putInts(ids.reserve(count), given);
        found.reserve(count + 1);
        places.reserve(count);
        const different = kernels.distinct(ids.at, count, slots.byteOffset, without, found.at, places.at);
        gradients.reserve(different * width);
        chunksOf(store).find(found.at, different, slots, rows);
        kernels.gather(rows.at, different, width, gradients.at);
        return {
          ids: memory.ints(found.at, different).slice(),
          places: memory.ints(places.at, count).slice(),
          values: memory.floats(gradients.at, different * width).slice(),
        };
      },

      adagrad: (table, sums, given, gradient, rate, epsilon) => {
        touch(table, given, [[sums, firsts]]);
        const { width } = table.store;
        kernels.adagradRows(rows.at, firsts.at, given.length, width, putGradient(gradient), rate, epsilon);
      },

      adam: (table, m, v, given, gradient, { beta1, beta2, epsilon, stepSize }) => {
        touch(table, given, [
          [m, firsts],
          [v, seconds],
        ]);
        const constants = [beta1, beta2, 1 - beta1, 1 - beta2, stepSize, epsilon] as const;
        const { width } = table.store;
        kernels.adamRows(rows.at, firsts.at, seconds.at, given.length, width, putGradient(gradient), ...constants);
      },
    },
  };
};
