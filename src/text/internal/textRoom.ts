import { nodeModule } from '../../contracts/runtime/nodeModule.js';

/** Memory in which a text is built before it becomes a string. */
export interface TextRoom<Units extends Uint8Array | Uint16Array> {
  readonly units: Units;
  /** The first `size` units as a string. */
  readonly text: (size: number) => string;
}

/** Undefined in a browser. */
const NodeBuffer = nodeModule('node:buffer')?.Buffer;

/** The largest number of arguments of a call. */
const MOST_ARGUMENTS = 8192;

/** Code units as a string, for runtimes without a faster way. */
const stringOf = (units: Uint8Array | Uint16Array): string => {
  let text = '';
  for (let at = 0; at < units.length; at += MOST_ARGUMENTS)
    text += String.fromCharCode(...units.subarray(at, at + MOST_ARGUMENTS));
  return text;
};

/** Memory for a text of Latin-1, a byte for each character. */
export const narrowRoom = (length: number): TextRoom<Uint8Array> => {
  if (NodeBuffer === undefined) {
    const units = new Uint8Array(length);
    return { units, text: (size) => stringOf(units.subarray(0, size)) };
  }
  const units = NodeBuffer.alloc(length);
  return { units, text: (size) => units.toString('latin1', 0, size) };
};

/** Memory for any text, as UTF-16. */
export const wideRoom = (length: number): TextRoom<Uint16Array> => {
  const units = new Uint16Array(length);
  return {
    units,
    text: (size) =>
      NodeBuffer === undefined
        ? stringOf(units.subarray(0, size))
        : NodeBuffer.from(units.buffer, 0, 2 * size).toString('utf16le'),
  };
};
