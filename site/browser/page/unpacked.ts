/**
 * The bytes that a compressed file has when it is unpacked.
 *
 * @param most the most bytes of them. More are an error: a small file may have any number of them.
 */
export const unpacked = async (packed: Blob, format: CompressionFormat, most: number): Promise<Blob> => {
  const reader = packed.stream().pipeThrough(new DecompressionStream(format)).getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    size += part.value.length;
    if (size > most) {
      await reader.cancel();
      throw new Error(`There are more than ${most} bytes in it.`);
    }
    parts.push(part.value);
  }
  return new Blob(parts);
};
