import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { printable } from '../../sinks/terminal/printable.js';

/**
 * The classes that a filter names, separated by commas; a class with a comma in its name is one that is named alone.
 *
 * @param classes the model's
 * @throws HeadwaterError `HW_USAGE` for a name that is no class of the model
 */
export const classFilter = (text: string, classes: readonly string[]): ReadonlySet<string> => {
  if (classes.includes(text)) return new Set([text]);
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !classes.includes(name));
  if (unknown.length === 0) return new Set(names);
  throw new HeadwaterError(
    'HW_USAGE',
    `--filter: the model has no class ${unknown.map((name) => JSON.stringify(name)).join(', ')}. Its classes are ${classes.map(printable).join(', ')}.`,
  );
};
