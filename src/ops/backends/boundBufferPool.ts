interface GpuBuffer {
  destroy(): void;
}

/**
 * What we know of how tfjs's WebGPU backend manages its buffers: it keeps each that is given back, for another one of
 * the very same size.
 */
export interface BufferManager {
  readonly freeBuffers: ReadonlyMap<string, GpuBuffer[]>;
  numFreeBuffers: number;
  numBytesUsed: number;
  numBytesAllocated: number;
  releaseBuffer(buffer: GpuBuffer, reuse?: boolean): void;
}

/**
 * Bounds what a buffer manager keeps: when its free buffers come to more than so many bytes, they are all freed.
 *
 * Batches differ in their number of tokens, and so do most buffers of a step in size. Without this the device's memory
 * fills with buffers of sizes that hardly come again.
 */
export const boundBufferPool = (manager: BufferManager, bytes: number): void => {
  const release = manager.releaseBuffer.bind(manager);
  manager.releaseBuffer = (buffer, reuse = true) => {
    release(buffer, reuse);
    if (manager.numBytesAllocated - manager.numBytesUsed <= bytes) return;
    // A buffer is given back when the commands that use it have been submitted, and the device frees it when it has
    // carried them out.
    for (const free of manager.freeBuffers.values()) for (const one of free.splice(0)) one.destroy();
    manager.numFreeBuffers = 0;
    manager.numBytesAllocated = manager.numBytesUsed;
  };
};
