import type { RowMemory } from '../../../sparse/internal/RowMemory.js';
import { kernelBytes } from './kernelBytes.js';
import { KernelMemory, WORD } from './KernelMemory.js';
import { webAssembly, type WasmModule } from './webAssembly.js';

/** The exports of the module of assembly/linear.ts. Addresses and places are integers. */
export interface LinearKernels {
  firstBeyond(ids: number, count: number, rows: number): number;
  locate(
    ids: number,
    from: number,
    count: number,
    slots: number,
    chunks: number,
    shift: number,
    stride: number,
    past: number,
    to: number,
  ): number;
  multiply(values: number, rows: number, first: number, end: number, stride: number, sums: number): void;
  step(
    values: number,
    rows: number,
    first: number,
    end: number,
    stride: number,
    gradient: number,
    factor: number,
  ): void;
  adagrad(
    values: number,
    rows: number,
    squares: number,
    first: number,
    end: number,
    stride: number,
    gradient: number,
    rate: number,
    epsilon: number,
  ): void;
  distinct(ids: number, count: number, slots: number, without: number, found: number, places: number): number;
  gather(rows: number, count: number, width: number, to: number): void;
  adagradRows(
    rows: number,
    squares: number,
    count: number,
    width: number,
    gradient: number,
    rate: number,
    epsilon: number,
  ): void;
  adamRows(
    rows: number,
    firsts: number,
    seconds: number,
    count: number,
    width: number,
    gradient: number,
    beta1: number,
    beta2: number,
    rest1: number,
    rest2: number,
    stepSize: number,
    epsilon: number,
  ): void;
}

let compiled: WasmModule | undefined;

/**
 * Creates an instance of the module with its own memory.
 *
 * @throws the error of the engine, when it has no WebAssembly or not enough memory
 */
export const linearKernels = (): { readonly memory: KernelMemory; readonly kernels: LinearKernels } => {
  const memory = new KernelMemory();
  if (webAssembly === undefined) throw new Error('This engine has no WebAssembly.');
  compiled ??= new webAssembly.Module(kernelBytes('linear'));
  return {
    memory,
    kernels: new webAssembly.Instance(compiled, { env: { memory: memory.memory } }).exports as LinearKernels,
  };
};

/** A memory for the rows of a table in the memory of the kernels. */
export const rowMemory = (memory: KernelMemory): RowMemory => {
  const words = (length: number): number => memory.allocate(length * WORD);
  return {
    floats: (length) => memory.floats(words(length), length).fill(0),
    ints: (length) => memory.ints(words(length), length).fill(0),
  };
};
