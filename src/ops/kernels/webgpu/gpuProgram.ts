import { backend, engine } from '@tensorflow/tfjs-core';
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';

/**
 * A compute program as tfjs's WebGPU backend takes one. It declares the bindings, runs `main` for each invocation, and
 * keeps the pipeline by the key.
 */
interface WebGpuProgram {
  readonly variableNames: string[];
  readonly uniforms: string;
  readonly outputShape: number[];
  readonly dispatchLayout: { readonly x: number[] };
  dispatch: [number, number, number];
  readonly workgroupSize: [number, number, number];
  shaderKey: string;
  getUserCode(): string;
}

type Uniforms = { readonly type: 'int32' | 'float32'; readonly data: number[] }[];

/** What we know of tfjs's WebGPU backend: it is an optional peer, so that its types cannot be asked for. */
interface ProgramBackend {
  readonly device: {
    readonly limits: {
      readonly maxComputeWorkgroupStorageSize: number;
      readonly maxComputeInvocationsPerWorkgroup: number;
    };
  };
  runWebGPUProgram(
    program: WebGpuProgram,
    inputs: TensorInfo[],
    outputDtype: 'float32',
    uniforms: Uniforms,
    output?: TensorInfo,
  ): TensorInfo;
}

/**
 * One dispatch of a compute shader. Its buffers are plain arrays: what shape a tensor has is the shader's own business.
 */
export interface GpuProgram {
  /** Names the source: two programs of one key have the same code, uniforms and inputs. */
  readonly key: string;
  /**
   * WGSL with `fn main(index : i32)`; it reads the inputs by their names and `uniforms.<name>`, and writes `result`.
   */
  readonly code: string;
  /** What it reads, at most 7: arrays of f32, or of i32 where the tensor is int32. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** Whole numbers. */
  readonly integers: Readonly<Record<string, number>>;
  /** Other numbers. */
  readonly floats?: Readonly<Record<string, number>> | undefined;
  /** How many values `result` holds. */
  readonly size: number;
  /** Invocations a workgroup, and how many workgroups. */
  readonly workgroupSize: number;
  readonly workgroups: number;
}

const currentBackend = (): ProgramBackend => {
  const current: unknown = backend();
  if (typeof current !== 'object' || current === null || !('runWebGPUProgram' in current))
    throw new HeadwaterError(
      'HW_BACKEND',
      'A kernel for WebGPU was registered for a backend that runs no compute shaders.',
    );
  return current as ProgramBackend;
};

/** Bytes of memory that the invocations of a workgroup can share, and how many invocations there may be. */
export const workgroupLimits = (): { readonly bytes: number; readonly invocations: number } => {
  const { maxComputeWorkgroupStorageSize: bytes, maxComputeInvocationsPerWorkgroup: invocations } =
    currentBackend().device.limits;
  return { bytes, invocations };
};

const flat = ({ dataId, size, dtype }: Tensor): TensorInfo => ({ dataId, shape: [size], dtype });

const declare = (names: readonly string[], type: 'i32' | 'f32'): string =>
  names.map((name) => `${name} : ${type}, `).join('');

/**
 * Puts a program into the device's queue; the backend must be the current one.
 *
 * @param program what to run
 * @param into where its results go; it keeps what the program does not write. Default: a tensor of its own, whose
 *   values are not zeros
 * @returns the results, shape [size]
 */
export const runProgram = (program: GpuProgram, into?: Tensor): Tensor => {
  const { key, code, inputs, integers, floats = {}, size, workgroupSize, workgroups } = program;
  const uniforms: Uniforms = [
    ...Object.values(integers).map((value) => ({ type: 'int32' as const, data: [value] })),
    ...Object.values(floats).map((value) => ({ type: 'float32' as const, data: [value] })),
  ];
  const info = currentBackend().runWebGPUProgram(
    {
      variableNames: Object.keys(inputs),
      uniforms: declare(Object.keys(integers), 'i32') + declare(Object.keys(floats), 'f32'),
      outputShape: [size],
      dispatchLayout: { x: [0] },
      dispatch: [workgroups, 1, 1],
      workgroupSize: [workgroupSize, 1, 1],
      shaderKey: `headwater_${key}`,
      getUserCode: () => code,
    },
    Object.values(inputs).map(flat),
    'float32',
    uniforms,
    into && flat(into),
  );
  return into ?? engine().makeTensorFromTensorInfo(info);
};

/** Invocations a workgroup where each works by itself. */
const INVOCATIONS = 64;

/** A program with one invocation a value, by itself: `index` counts them, `uniforms.count` of them. */
export const runEach = (
  count: number,
  program: Omit<GpuProgram, 'workgroupSize' | 'workgroups'>,
  into?: Tensor,
): Tensor =>
  runProgram(
    {
      ...program,
      integers: { count, ...program.integers },
      workgroupSize: INVOCATIONS,
      workgroups: Math.ceil(count / INVOCATIONS),
    },
    into,
  );
