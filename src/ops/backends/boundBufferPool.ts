interface GpuBuffer {
  destroy(): void;
}

/**
 * The used part of the buffer manager of tfjs's WebGPU backend. It keeps each released buffer for the next buffer of
 * exactly the same size.
 */
export interface BufferManager {
  readonly freeBuffers: ReadonlyMap<string, GpuBuffer[]>;
  numFreeBuffers: number;
  numBytesUsed: number;
  numBytesAllocated: number;
  releaseBuffer(buffer: GpuBuffer, reuse?: boolean): void;
}

/**
 * Limits the free buffers of a buffer manager: when they exceed `bytes`, all of them are destroyed.
 *
 * Batches have different numbers of tokens, so most buffers of each step have different sizes. Without the limit, the
 * device memory fills with buffers of sizes that are rarely needed again.
 */
export const boundBufferPool = (manager: BufferManager, bytes: number): void => {
  const release = manager.releaseBuffer.bind(manager);
  manager.releaseBuffer = (buffer, reuse = true) => {
    release(buffer, reuse);
    if (manager.numBytesAllocated - manager.numBytesUsed <= bytes) return;
    // A buffer is released after the commands that use it were submitted. The device frees a destroyed buffer after it
    // has executed these commands.
    for (const free of manager.freeBuffers.values()) for (const one of free.splice(0)) one.destroy();
    manager.numFreeBuffers = 0;
    manager.numBytesAllocated = manager.numBytesUsed;
  };
};
