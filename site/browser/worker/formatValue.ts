import { isObservable, Subject } from 'rxjs';

const LONGEST_TEXT = 400;
const MOST_ITEMS = 12;
const DEEPEST = 3;

const cut = (text: string): string => (text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text);

const list = (items: readonly string[], count: number): string =>
  [...items, ...(count > items.length ? [`… ${count - items.length} more`] : [])].join(', ');

const isTyped = (value: object): value is Float32Array => ArrayBuffer.isView(value) && !(value instanceof DataView);

const formatObject = (value: object, depth: number): string => {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof RegExp) return String(value);
  if (isObservable(value)) {
    // Its fields are of RxJS; but the key of a group is the reader's.
    const key = 'key' in value ? ` of ${formatValue(value.key, depth + 1)}` : '';
    return `${value instanceof Subject ? 'Subject' : 'Observable'}${key}`;
  }
  if (isTyped(value)) {
    const shown = Array.from(value.subarray(0, MOST_ITEMS), (item) => String(Number(item.toPrecision(6))));
    return `${value.constructor.name} [${list(shown, value.length)}]`;
  }
  if (depth >= DEEPEST) return Array.isArray(value) ? '[…]' : '{…}';
  const inner = (item: unknown): string => formatValue(item, depth + 1);
  if (Array.isArray(value)) return `[${list(value.slice(0, MOST_ITEMS).map(inner), value.length)}]`;
  if (value instanceof Map) {
    const shown = [...value].slice(0, MOST_ITEMS).map(([key, item]) => `${inner(key)} => ${inner(item)}`);
    return `Map {${list(shown, value.size)}}`;
  }
  if (value instanceof Set) return `Set {${list([...value].slice(0, MOST_ITEMS).map(inner), value.size)}}`;
  if (value instanceof URL) return value.href;
  const keys = Object.keys(value);
  const { constructor } = value as { readonly constructor?: unknown };
  const name = typeof constructor !== 'function' || constructor === Object ? '' : `${constructor.name} `;
  if (keys.length === 0) return `${name}{}`;
  // A getter is not called: it may do anything.
  const member = (key: string): string => {
    const property = Object.getOwnPropertyDescriptor(value, key);
    return `${key}: ${property?.get === undefined ? inner(property?.value) : '[getter]'}`;
  };
  return `${name}{ ${list(keys.slice(0, MOST_ITEMS).map(member), keys.length)} }`;
};

/**
 * A value as a console shows it: bounded in depth and length. It never throws: to look at a value must not change what
 * a program does.
 */
export const formatValue = (value: unknown, depth = 0): string => {
  if (typeof value === 'string') return depth === 0 ? cut(value) : `'${cut(value)}'`;
  try {
    if (typeof value === 'function') return value.name === '' ? '[function]' : `[function ${value.name}]`;
    if (typeof value === 'object' && value !== null) return cut(formatObject(value, depth));
    return Object.is(value, -0) ? '-0' : String(value);
  } catch {
    return '[a value that cannot be read]';
  }
};
