import { isObject } from '../../internal/isObject.js';

const isClassLabel = (feature: unknown): feature is { readonly names: readonly string[] } =>
  isObject(feature) &&
  feature['_type'] === 'ClassLabel' &&
  Array.isArray(feature['names']) &&
  feature['names'].every((name) => typeof name === 'string');

/** Class names by column. The columns themselves hold class numbers. */
export type ClassLabels = ReadonlyMap<string, readonly string[]>;

/**
 * The class names in the features that Hugging Face's `datasets` library writes, such as
 * `{ "label": { "names": […], "_type": "ClassLabel" } }`, and its server: `[{ "name": "label", "type": { … } }]`.
 */
export const classNamesOf = (features: unknown): ClassLabels => {
  const described: readonly (readonly [unknown, unknown])[] = Array.isArray(features)
    ? features.map((feature: unknown) =>
        isObject(feature) ? [feature['name'], feature['type']] : [undefined, undefined],
      )
    : Object.entries(isObject(features) ? features : {});
  return new Map(
    described.flatMap(([column, feature]) =>
      typeof column === 'string' && isClassLabel(feature) ? [[column, feature.names]] : [],
    ),
  );
};

/** The class names from the metadata that Hugging Face's `datasets` library writes into a Parquet file. */
export const parquetClassNames = (pairs: readonly { readonly key: string; readonly value?: string }[]): ClassLabels => {
  const text = pairs.find(({ key }) => key === 'huggingface')?.value;
  try {
    const told: unknown = JSON.parse(text ?? 'null');
    const info = isObject(told) ? told['info'] : undefined;
    return classNamesOf(isObject(info) ? info['features'] : undefined);
  } catch {
    return new Map();
  }
};

/** A row with class names instead of class numbers. A number without a name, such as −1, becomes null. */
export const withClassNames = (
  row: Readonly<Record<string, unknown>>,
  names: ClassLabels,
): Readonly<Record<string, unknown>> => {
  if (names.size === 0) return row;
  const named = [...names].filter(([column]) => column in row);
  return { ...row, ...Object.fromEntries(named.map(([column, of]) => [column, of[Number(row[column])] ?? null])) };
};
