import { engine, registerBackend, removeBackend } from '@tensorflow/tfjs-core';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { boundBufferPool, type BufferManager } from './boundBufferPool.js';
import { registerKernels } from '../definition/defineOp.js';
import { firstLine } from '../internal/firstLine.js';
import { WEBGPU_KERNELS } from '../kernels/webgpu/webgpuKernels.js';

/** The name under which tfjs knows its WebGPU backend. */
export const WEBGPU_NAME = 'webgpu';

const REMEDY = 'Check the driver (docs/webgpu.md), or use --backend headwater.';

// The used parts of the two packages. The packages are optional peers, so neither their names nor their types are
// imported statically.
interface GpuDevice {
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  addEventListener(
    type: 'uncapturederror',
    listener: (event: { readonly error: { readonly message: string }; preventDefault(): void }) => void,
  ): void;
}

interface GpuAdapter {
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
    readonly isFallbackAdapter?: boolean | undefined;
  };
  readonly limits: Readonly<Record<string, number>>;
  requestDevice(descriptor: { readonly requiredLimits: Readonly<Record<string, number>> }): Promise<GpuDevice>;
}

interface Gpu {
  requestAdapter(options: {
    readonly powerPreference?: 'high-performance' | undefined;
    readonly forceFallbackAdapter?: boolean | undefined;
  }): Promise<GpuAdapter | null>;
}

interface DawnPackage {
  readonly create: (options: readonly string[]) => Gpu;
  readonly globals: Readonly<Record<string, unknown>>;
}

interface BackendPackage {
  readonly WebGPUBackend: new (
    device: GpuDevice,
    info: GpuAdapter['info'],
  ) => KernelBackend & { readonly bufferManager: BufferManager };
}

/** The WebGPU names that the backend reads from the global scope, also long after it was created. */
const GLOBALS = ['GPUBuffer', 'GPUBufferUsage', 'GPUMapMode', 'GPUTexture'] as const;

/**
 * The limits that the shaders use beyond the guaranteed minimum. The device is created with the limits of the adapter.
 */
const LIMITS = [
  'maxBufferSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
] as const;

/** The most bytes of device memory in free buffers: enough for many steps of a model such as the one of the lesson. */
const POOL_BYTES = 256 * 2 ** 20;

/** The device in use. */
interface Loaded {
  /** A description of the device, for messages. */
  readonly adapter: string;
  failure: HeadwaterError | undefined;
}

let loaded: Loaded | undefined;

/**
 * The Dawn instance. The reference is kept because Dawn ends when the instance is collected, even if devices and
 * buffers still exist.
 */
let dawn: Gpu | undefined;

const failed = (what: string, cause?: unknown): HeadwaterError =>
  new HeadwaterError('HW_BACKEND', `${what} ${REMEDY}`, cause === undefined ? {} : { cause });

/** Why the WebGPU device can no longer be used; undefined while it can, or if none was loaded. */
export const webgpuFailure = (): HeadwaterError | undefined => loaded?.failure;

/**
 * Converts an error of the backend. If a device is lost, such an error often arrives before the loss is reported, and
 * says little.
 */
export const asWebgpuFailure = (cause: unknown): HeadwaterError => {
  if (cause instanceof HeadwaterError) return cause;
  const message = cause instanceof Error && cause.message !== '' ? ` (${cause.message})` : '';
  return (
    loaded?.failure ??
    failed(
      `The WebGPU device ${loaded?.adapter ?? ''} did not answer${message}. ` +
        'What was being computed is lost; what was saved is not.',
      cause,
    )
  );
};

const importPackage = async <Package>(name: string): Promise<Package> => {
  try {
    return (await import(name)) as Package;
  } catch (cause) {
    throw new HeadwaterError(
      'HW_BACKEND',
      `The WebGPU backend needs the package ${name}, which does not load ` +
        `(${firstLine(cause)}). Install both that it is made of (npm install webgpu ` +
        '@tensorflow/tfjs-backend-webgpu), or use --backend headwater.',
      { cause },
    );
  }
};

/**
 * Runs a function while `navigator.gpu` is defined. The backend reads it once, when it is created. A process that keeps
 * it defined does not end by itself.
 */
const withNavigator = <Result>(gpu: Gpu, work: () => Result): Result => {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  try {
    return work();
  } finally {
    if (before === undefined) Reflect.deleteProperty(globalThis, 'navigator');
    else Object.defineProperty(globalThis, 'navigator', before);
  }
};

const inWords = ({ vendor, architecture, device, description }: GpuAdapter['info']): string =>
  [description, device, architecture, vendor].find((text) => text !== '') ?? 'unnamed';

/** A device that computes on the processor is recognized by the type of its adapter or by its name. */
const isSoftware = ({ isFallbackAdapter = false, ...info }: GpuAdapter['info']): boolean =>
  isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|software/i.test(inWords(info));

const findAdapter = async (gpu: Gpu): Promise<GpuAdapter> => {
  const found =
    (await gpu.requestAdapter({ powerPreference: 'high-performance' })) ??
    (await gpu.requestAdapter({ forceFallbackAdapter: true }));
  if (found !== null) return found;
  throw new HeadwaterError(
    'HW_BACKEND',
    'No driver for WebGPU was found. It needs one of Vulkan (on Debian: ' +
      'libvulkan1 and the driver of your graphics card), Metal or Direct3D 12; ' +
      'the software Vulkan of the package chromium serves where VK_DRIVER_FILES ' +
      'names its vk_swiftshader_icd.json. Or use --backend headwater.',
  );
};

/** Creates the device and the backend, and registers the backend and this library's kernels with tfjs. */
const load = async (): Promise<Loaded> => {
  const { create, globals } = await importPackage<DawnPackage>('webgpu');
  const { WebGPUBackend } = await importPackage<BackendPackage>('@tensorflow/tfjs-backend-webgpu');
  const gpu = (dawn ??= create([]));
  const adapter = await findAdapter(gpu);
  const { info, limits } = adapter;
  const device = await adapter.requestDevice({
    requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, limits[name]!])),
  });
  const present: Loaded = {
    adapter: `${inWords(info)}${isSoftware(info) ? ', software on the processor' : ''}`,
    failure: undefined,
  };
  void device.lost.then(({ reason, message }) => {
    present.failure ??= failed(
      `The WebGPU device ${present.adapter} was lost (${reason}: ` +
        `${message}). What was being computed is lost; what was saved is not.`,
    );
  });
  device.addEventListener('uncapturederror', (event) => {
    event.preventDefault();
    // The results of a refused call are wrong, and no other error reports it.
    present.failure ??= failed(
      `The WebGPU device ${present.adapter} refused a call: ${event.error.message}.`,
      event.error,
    );
  });
  for (const name of GLOBALS)
    if (!(name in globalThis))
      Object.defineProperty(globalThis, name, { value: globals[name], configurable: true, writable: true });
  const backend = withNavigator(gpu, () => new WebGPUBackend(device, info));
  boundBufferPool(backend.bufferManager, POOL_BYTES);
  if (engine().backendNames().includes(WEBGPU_NAME)) removeBackend(WEBGPU_NAME);
  registerBackend(WEBGPU_NAME, () => backend, 0);
  registerKernels(WEBGPU_NAME, WEBGPU_KERNELS);
  return present;
};

/**
 * Loads tfjs's WebGPU backend on Dawn, with this library's kernels. If a device is loaded and has not failed, it is
 * kept.
 *
 * @returns a description of the device
 * @throws HeadwaterError `HW_BACKEND` when a package or a driver is missing
 */
export const loadWebgpu = async (): Promise<string> => {
  if (loaded === undefined || loaded.failure !== undefined) loaded = await load();
  return loaded.adapter;
};
