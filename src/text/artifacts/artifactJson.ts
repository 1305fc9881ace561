// JSON with exactly the bytes of CPython's `json.dump(value, file, indent=4)`, for the structures of the artifacts
// here. It is written by hand from arrays, because a JavaScript object would put tokens such as `"39"` first, in
// numeric order.

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\f', '\\f'],
  ['\b', '\\b'],
]);

const escapeUnit = (unit: string): string =>
  SHORT_ESCAPES.get(unit) ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A JSON string in ASCII (CPython's `ensure_ascii`): other characters, including DEL, are escaped per UTF-16 unit. */
export const jsonString = (text: string): string => `"${text.replace(/["\\]|[^ -~]/g, escapeUnit)}"`;

/** A JSON object from each name to its position in the list, for use inside `jsonObject`. */
export const jsonIndices = (names: readonly string[]): string =>
  names.length === 0
    ? '{}'
    : `{\n${names.map((name, index) => `        ${jsonString(name)}: ${index}`).join(',\n')}\n    }`;

/** A JSON object from names to values that are already JSON, in the given order. */
export const jsonObject = (fields: readonly (readonly [name: string, json: string])[]): string =>
  `{\n${fields.map(([name, json]) => `    ${jsonString(name)}: ${json}`).join(',\n')}\n}`;
