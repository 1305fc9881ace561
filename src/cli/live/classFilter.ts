import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { printable } from '../../sinks/terminal/printable.js';

/**
 * The classes of a filter, separated by commas. A class whose name contains a comma can only be given alone.
 *
 * @param classes the classes of the model
 * @throws HeadwaterError `HW_USAGE` if a name is not a class of the model
 */
export const classFilter = (text: string, classes: readonly string[]): ReadonlySet<string> => {
  if (classes.includes(text)) return new Set([text]);
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !classes.includes(name));
  if (unknown.length === 0) return new Set(names);
  throw new HeadwaterError(
    'HW_USAGE',
    `--filter: the model has no class ${unknown.map((name) => JSON.stringify(name)).join(', ')}. ` +
      `Its classes are ${classes.map(printable).join(', ')}.`,
  );
};
