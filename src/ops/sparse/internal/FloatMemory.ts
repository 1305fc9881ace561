/** The memory for float32 values. New arrays are zero and are never moved. */
export interface FloatMemory {
  floats(length: number): Float32Array;
}

/** JavaScript's own memory. */
export const OWN_FLOATS: FloatMemory = { floats: (length) => new Float32Array(length) };
