import { isObject } from '../../internal/isObject.js';

const isClassLabel = (feature: unknown): feature is { readonly names: readonly string[] } =>
  isObject(feature) &&
  feature['_type'] === 'ClassLabel' &&
  Array.isArray(feature['names']) &&
  feature['names'].every((name) => typeof name === 'string');

/**
 * The class names, by column, from the metadata that Hugging Face's `datasets` library writes into a Parquet file. The
 * columns themselves hold class numbers.
 */
export const parquetClassNames = (
  pairs: readonly { readonly key: string; readonly value?: string }[],
): ReadonlyMap<string, readonly string[]> => {
  const text = pairs.find(({ key }) => key === 'huggingface')?.value;
  try {
    const told: unknown = JSON.parse(text ?? 'null');
    const info = isObject(told) ? told['info'] : undefined;
    const features = isObject(info) ? info['features'] : undefined;
    const named = Object.entries(isObject(features) ? features : {});
    return new Map(named.flatMap(([column, feature]) => (isClassLabel(feature) ? [[column, feature.names]] : [])));
  } catch {
    return new Map();
  }
};

/** A row with class names instead of class numbers. A number without a name, such as −1, becomes null. */
export const withClassNames = (
  row: Readonly<Record<string, unknown>>,
  names: ReadonlyMap<string, readonly string[]>,
): Readonly<Record<string, unknown>> => {
  if (names.size === 0) return row;
  const named = [...names].filter(([column]) => column in row);
  return { ...row, ...Object.fromEntries(named.map(([column, of]) => [column, of[Number(row[column])] ?? null])) };
};
