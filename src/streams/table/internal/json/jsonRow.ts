import { isObject } from '../../../internal/isObject.js';

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** A row of a document: an object, or an array whose fields are named by their numbers. */
export type JsonRow = JsonObject | readonly unknown[];

export const isRow = (value: unknown): value is JsonRow => isObject(value) || Array.isArray(value);

export const isRows = (value: unknown): value is readonly JsonRow[] =>
  Array.isArray(value) && value.length > 0 && value.every(isRow);
