import type { SparseRows } from '../../../contracts/rows/SparseRows.js';
import type { VectorRows } from '../../layers/vectorEmbedding.js';
import { writeVectors } from '../../layers/vectorEmbedding.js';
import type { CellWeights } from '../../recurrent/internal/RecurrentPass.js';
import { layerSchedules } from '../../recurrent/internal/Schedule.js';
import type { FoundRows } from '../../sparse/internal/RowKernels.js';
import { SIMD_CELLS, forwardDirection, putInts, type Take } from './machine/directionRun.js';
import { directionRun, placesOf } from './indexedRecurrent.js';
import { runPool } from './layers/pool.js';
import { runSoftmax } from './layers/softmax.js';
import { putEntries } from './layers/sparseLinear.js';
import type { KernelMachine, Resident } from './machine/KernelMachine.js';
import { WORD } from './machine/KernelMemory.js';
import { multiply, panelsOf } from './machine/products.js';
import { ProjectedWords } from './projectedWords.js';

/** The weights of a wide GRU, in the kernels' memory. */
export interface WideResidents {
  readonly directions: readonly CellWeights<Resident>[];
  readonly headWeight: Resident;
  readonly headBias: Resident;
}

/** The rows of a small batch. */
export interface SmallBatch {
  readonly size: number;
  readonly time: number;
  readonly lengths: Int32Array;
  readonly tokens: Int32Array;
  readonly vectorIds?: Int32Array | undefined;
  /** Hashed features, if the model has a wide part. */
  readonly features?: SparseRows | undefined;
}

/** The parts of a wide GRU besides its dense weights. */
export interface WideShape {
  readonly hiddenDim: number;
  readonly embeddingDim: number;
  readonly classes: number;
  readonly vectors: VectorRows;
  /** Finds the embeddings of some tokens. */
  readonly lookUp: (tokens: Int32Array) => FoundRows;
  /** Finds the weights of some hashed features. */
  readonly lookUpColumns: (ids: Int32Array) => FoundRows;
  /** The divisor of the logits. */
  readonly temperature: number;
}

/** The maximum number of places of a small batch: its rows times its longest length. */
export const MOST_PLACES = ProjectedWords.most;

/**
 * Computes a wide GRU for batches of a few short rows, by the kernels of its ops and without tensors. The bits are
 * equal.
 *
 * It keeps the input projections of words until {@link forget}, because most words of a text occurred in an earlier
 * text.
 */
export class WideInference {
  readonly machine: KernelMachine;
  readonly #shape: WideShape;
  readonly #words: ProjectedWords;

  constructor(machine: KernelMachine, shape: WideShape) {
    this.machine = machine;
    this.#shape = shape;
    this.#words = new ProjectedWords(machine, 2, SIMD_CELLS.gru.gates * shape.hiddenDim);
  }

  /** Discards the input projections. Call it before a weight changes. */
  forget(): void {
    this.#words.forget();
  }

  /** Frees the kernel memory. */
  dispose(): void {
    this.#words.dispose();
  }

  /**
   * Computes the logits or probabilities of a batch of at most {@link MOST_PLACES} places, shape [B, C]. The caller has
   * checked all sizes and vector ids. The look-ups check the ids of tokens and features.
   */
  compute(
    { size, time, lengths, tokens, vectorIds, features }: SmallBatch,
    weights: WideResidents,
    wanted: 'logits' | 'probabilities',
  ): Float32Array {
    const { machine } = this;
    const { hiddenDim: units, classes, temperature } = this.#shape;
    const schedules = layerSchedules(lengths, time, 2, false, 'all');
    const rows = new Int32Array(size * time);
    this.#words.place(tokens, vectorIds, rows, (missing, first) =>
      this.#project(missing, first, tokens, vectorIds, weights),
    );
    return machine.memory.borrow((take) => {
      const outputStep = 2 * units;
      const output = take(size * time * outputStep * WORD);
      const final = take(size * units * WORD);
      weights.directions.forEach((ofDirection, d) => {
        const schedule = schedules[d]!;
        const before = take(schedule.index.length * units * WORD);
        const at = output + d * units * WORD;
        const run = directionRun(machine, 'gru', units, ofDirection, schedule, before, false, final, at, outputStep);
        const places = putInts(machine, take, placesOf(rows, schedule));
        forwardDirection(run, take, this.#words.tables[d]!, places, undefined);
      });
      const pooled = take(2 * size * outputStep * WORD);
      runPool(machine, 'pool', { lengths, time, kind: 'maxMean' }, outputStep, output, pooled, 0);
      const ofHead = take(size * classes * WORD);
      multiply(machine, pooled, size, panelsOf(machine, weights.headWeight, true), weights.headBias.at, ofHead);
      const logits = features === undefined ? ofHead : this.#addWide(take, features, ofHead);
      const values = machine.memory.floats(logits, size * classes);
      const divisor = Math.fround(temperature);
      if (temperature !== 1) for (let i = 0; i < values.length; i++) values[i]! /= divisor;
      if (wanted === 'probabilities') runSoftmax(machine, logits, size, classes, logits);
      return values.slice();
    });
  }

  /** base + Σ x · U[f] over the features of each row. */
  #addWide(take: Take, { offsets, ids, values }: SparseRows, base: number): number {
    const { machine } = this;
    const { classes } = this.#shape;
    const found = this.#shape.lookUpColumns(ids);
    const size = offsets.length - 1;
    const columns = take(found.values.byteLength);
    machine.memory.putFloats(columns, found.values);
    const sums = take(size * classes * WORD);
    machine.threads.run('sparseProduct', 1, {
      ...putEntries(machine, take, { offsets, ids: found.places, values }),
      b: columns,
      base,
      c: sums,
      m: size,
      n: classes,
      rows: size,
    });
    return sums;
  }

  /** Writes a = x·W_ihᵀ + b_ih for some words of a batch, from row `first` of the tables on. */
  #project(
    words: readonly number[],
    first: number,
    tokens: Int32Array,
    vectorIds: Int32Array | undefined,
    { directions }: WideResidents,
  ): void {
    const { machine } = this;
    const { embeddingDim, hiddenDim, vectors, lookUp } = this.#shape;
    const { rows, scales = new Float32Array(0) } = vectors;
    const count = words.length;
    const { places, values } = lookUp(Int32Array.from(words, (word) => tokens[word]!));
    const ofWords = Int32Array.from(words, (word) => vectorIds?.[word] ?? 0);
    machine.memory.borrow((take) => {
      const x = take(count * embeddingDim * WORD);
      const input = machine.memory.floats(x, count * embeddingDim);
      writeVectors(input, { vectorIds: ofWords, places, rows, scales }, values);
      const start = first * SIMD_CELLS.gru.gates * hiddenDim * WORD;
      directions.forEach(({ weight_ih, bias_ih }, d) =>
        multiply(machine, x, count, panelsOf(machine, weight_ih, true), bias_ih.at, this.#words.tables[d]! + start),
      );
    });
  }
}
