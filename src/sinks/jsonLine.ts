import { HeadwaterError } from '../contracts/HeadwaterError.js';

const isWeight = (value: unknown): value is { readonly shape: readonly number[] } =>
  typeof value === 'object' &&
  value !== null &&
  'shape' in value &&
  Array.isArray(value.shape) &&
  'data' in value &&
  value.data instanceof Float32Array;

/** Converts values that JSON cannot represent to values that it can. */
const plain = (_key: string, value: unknown): unknown => {
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return Array.from(value as Uint8Array);
  // Weights are megabytes and not useful as text, so only their shape is written. Artifacts hold the weights.
  if (isWeight(value)) return { shape: value.shape };
  if (value instanceof Map)
    return Object.fromEntries(Array.from(value, ([key, entry]: [unknown, unknown]) => [String(key), entry]));
  if (value instanceof Set) return Array.from(value);
  if (value instanceof Error) {
    const { name, message, cause } = value;
    return {
      name,
      ...('code' in value ? { code: value.code } : {}),
      message,
      ...('where' in value ? { where: value.where } : {}),
      ...(cause === undefined ? {} : { cause }),
    };
  }
  return typeof value === 'bigint' ? value.toString() : value;
};

/**
 * A value as one line of JSON, without the newline.
 *
 * Typed arrays become arrays, Maps objects, Sets arrays, errors `{ name, code, message, where, cause }`, and bigints
 * strings. Of a weight (`{ shape, data }` with float32 data, as in a `StateDict`) only the shape is written. JSON has
 * no NaN and no Infinity: they become null. So does `undefined` alone or in an array.
 *
 * @throws HeadwaterError `HW_USAGE` if the value cannot be written: it contains itself, or its `toJSON` throws
 *
 * @example
 * ```ts
 * import { jsonLine } from 'headwater';
 * jsonLine({ id: 7, probabilities: Float32Array.of(0.25, 0.75) }); // '{"id":7,"probabilities":[0.25,0.75]}'
 * ```
 */
export const jsonLine = (value: unknown): string => {
  try {
    // stringify has the return type string, but returns undefined for undefined, functions and symbols.
    const line = JSON.stringify(value, plain) as string | undefined;
    return line ?? 'null';
  } catch (cause) {
    throw new HeadwaterError(
      'HW_USAGE',
      'A value cannot be written as JSON: ' +
        `${cause instanceof Error ? (cause.message.split('\n', 1)[0] ?? '') : String(cause)}. ` +
        'Map it to plain data before it is written.',
      { cause },
    );
  }
};
