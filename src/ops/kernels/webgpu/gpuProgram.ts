import { backend, engine } from '@tensorflow/tfjs-core';
import type { Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';

/**
 * A compute program in the format of tfjs's WebGPU backend. The backend declares the bindings, runs `main` for each
 * invocation, and caches the pipeline by the key.
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

/** The used part of tfjs's WebGPU backend. The package is an optional peer, so its types cannot be imported. */
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
 * One dispatch of a compute shader. Its buffers are plain arrays: the shader itself must know the shapes of the
 * tensors.
 */
export interface GpuProgram {
  /** The cache key: two programs with the same key have the same code, uniforms and inputs. */
  readonly key: string;
  /** WGSL with `fn main(index : i32)`. It reads the inputs by name and `uniforms.<name>`, and writes `result`. */
  readonly code: string;
  /** The inputs, at most 7: arrays of f32, or of i32 if the tensor is int32. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** Integer uniforms. */
  readonly integers: Readonly<Record<string, number>>;
  /** Float uniforms. */
  readonly floats?: Readonly<Record<string, number>> | undefined;
  /** The number of values of `result`. */
  readonly size: number;
  /** The number of invocations per workgroup, and the number of workgroups. */
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

/** The limits of a workgroup: its shared memory in bytes, and its number of invocations. */
export const workgroupLimits = (): { readonly bytes: number; readonly invocations: number } => {
  const { maxComputeWorkgroupStorageSize: bytes, maxComputeInvocationsPerWorkgroup: invocations } =
    currentBackend().device.limits;
  return { bytes, invocations };
};

const flat = ({ dataId, size, dtype }: Tensor): TensorInfo => ({ dataId, shape: [size], dtype });

const declare = (names: readonly string[], type: 'i32' | 'f32'): string =>
  names.map((name) => `${name} : ${type}, `).join('');

/**
 * Adds a program to the queue of the device. The WebGPU backend must be the current one.
 *
 * @param program the program to run
 * @param into the tensor for the results; values that the program does not write are kept. Default: a new tensor with
 *   undefined initial values
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

/** The number of invocations per workgroup if they are independent. */
const INVOCATIONS = 64;

/** Runs a program with `count` independent invocations, numbered by `index`. The count is `uniforms.count`. */
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
