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

// What we use of the two packages. They are optional peers, so neither their names nor their types are static imports.
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

/** What of WebGPU the backend asks the global scope for, long after it was made. */
const GLOBALS = ['GPUBuffer', 'GPUBufferUsage', 'GPUMapMode', 'GPUTexture'] as const;

/** What the shaders can do with more of than every device has to have. */
const LIMITS = [
  'maxBufferSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
] as const;

/**
 * Bytes of the device's memory that may wait for another tensor of their size: many steps' worth of a model such as the
 * lesson's.
 */
const POOL_BYTES = 256 * 2 ** 20;

/** The device in use. */
interface Loaded {
  /** What it is, in words. */
  readonly adapter: string;
  failure: HeadwaterError | undefined;
}

let loaded: Loaded | undefined;

/** Dawn. Held on to: it ends with this, whatever devices and buffers there still are. */
let dawn: Gpu | undefined;

const failed = (what: string, cause?: unknown): HeadwaterError =>
  new HeadwaterError('HW_BACKEND', `${what} ${REMEDY}`, cause === undefined ? {} : { cause });

/** Why the WebGPU device is of no more use; undefined while it is, or where none was loaded. */
export const webgpuFailure = (): HeadwaterError | undefined => loaded?.failure;

/**
 * What to make of an error of the backend: of a device that was lost, it is often known before the loss itself, and
 * says little.
 */
export const asWebgpuFailure = (cause: unknown): HeadwaterError => {
  if (cause instanceof HeadwaterError) return cause;
  const message = cause instanceof Error && cause.message !== '' ? ` (${cause.message})` : '';
  return (
    loaded?.failure ??
    failed(
      `The WebGPU device ${loaded?.adapter ?? ''} did not answer${message}. What was being computed is lost; what was saved is not.`,
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
      `The WebGPU backend needs the package ${name}, which does not load (${firstLine(cause)}). Install both that it is made of (npm install webgpu @tensorflow/tfjs-backend-webgpu), or use --backend headwater.`,
      { cause },
    );
  }
};

/**
 * Runs a piece of work with `navigator.gpu` in place: the backend asks for it once, when it is made, and a process that
 * has it for longer does not end by itself.
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

/** A device that computes on the processor says so in its adapter's type or in its name. */
const isSoftware = ({ isFallbackAdapter = false, ...info }: GpuAdapter['info']): boolean =>
  isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|software/i.test(inWords(info));

const findAdapter = async (gpu: Gpu): Promise<GpuAdapter> => {
  const found =
    (await gpu.requestAdapter({ powerPreference: 'high-performance' })) ??
    (await gpu.requestAdapter({ forceFallbackAdapter: true }));
  if (found !== null) return found;
  throw new HeadwaterError(
    'HW_BACKEND',
    'No driver for WebGPU was found. It needs one of Vulkan (on Debian: libvulkan1 and the driver of your graphics card), Metal or Direct3D 12; ' +
      'the software Vulkan of the package chromium serves where VK_DRIVER_FILES names its vk_swiftshader_icd.json. Or use --backend headwater.',
  );
};

/** Makes the device, the backend and our kernels known to tfjs. */
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
      `The WebGPU device ${present.adapter} was lost (${reason}: ${message}). What was being computed is lost; what was saved is not.`,
    );
  });
  device.addEventListener('uncapturederror', (event) => {
    event.preventDefault();
    // Results of a call that a device has refused are not what they should be, and nothing else tells.
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
 * Loads tfjs's WebGPU backend on Dawn, with this library's kernels; a device that is in use and has not failed stays.
 *
 * @returns which device computes, in words
 * @throws HeadwaterError `HW_BACKEND` where a package or a driver is missing
 */
export const loadWebgpu = async (): Promise<string> => {
  if (loaded === undefined || loaded.failure !== undefined) loaded = await load();
  return loaded.adapter;
};
