import { wrongValue } from './checkOption.js';

const hasFields = (value: object, fields: readonly PropertyKey[]): boolean => fields.every((field) => field in value);

/**
 * Rejects an argument that is missing, or is not the object that a function needs.
 *
 * @param call the function, as its user writes it
 * @param name the argument's name
 * @param value the argument
 * @param wanted a description of the object, with its article
 * @param fields properties that the object must have
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkArgument = (
  call: string,
  name: string,
  value: unknown,
  wanted: string,
  fields: readonly PropertyKey[] = [],
): void => {
  if (((typeof value === 'object' && value !== null) || typeof value === 'function') && hasFields(value, fields))
    return;
  throw wrongValue(call, name, value, wanted);
};

/**
 * Rejects an argument that is missing, or is not a text.
 *
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkText = (call: string, name: string, value: unknown, wanted: string): void => {
  if (typeof value === 'string') return;
  throw wrongValue(call, name, value, wanted);
};

/**
 * Rejects an argument that is missing, or is not a function.
 *
 * @throws HeadwaterError `HW_USAGE`
 */
export const checkFunction = (call: string, name: string, value: unknown, wanted: string): void => {
  if (typeof value === 'function') return;
  throw wrongValue(call, name, value, wanted);
};
