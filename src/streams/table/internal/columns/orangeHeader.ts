import type { UsualColumns } from '../../TableOptions.js';
import type { TableSample } from '../sampleTable.js';

/** The second and third line of a table of the program Orange: the types and the roles of its columns. */
export interface OrangeHeader {
  /** How many of the first records belong to the header. */
  readonly records: number;
  /** The columns of the text and the class, if the header says both. */
  readonly columns: UsualColumns | undefined;
}

const TYPE = /^(c|continuous|numeric|n|d|discrete|categorical|s|string|text|t|time|b|basket)?$/i;
const WHOLE_NAME = /^(continuous|numeric|discrete|categorical|string)$/i;
const STRING = /^(s|string|text)$/i;
const ROLE = /^((c|class|m|meta|i|ignore|w|weight|-?[a-z_]+=\S+)( +|$))*$/i;

const values = (row: Readonly<Record<string, string>> | undefined, names: readonly string[]): readonly string[] =>
  names.map((name) => (row?.[name] ?? '').trim());

/**
 * Finds the two further header lines that Orange writes.
 *
 * The format: https://orange3.readthedocs.io/projects/orange-data-mining-library/en/latest/reference/data.io.html
 */
export const orangeHeader = ({ names, rows }: TableSample): OrangeHeader | undefined => {
  const types = values(rows[0], names);
  if (!types.every((type) => TYPE.test(type)) || types.filter((type) => type !== '').length < 2) return undefined;
  const roles = values(rows[1], names);
  const hasRoles = roles.every((role) => ROLE.test(role));
  const withRole = (role: RegExp): readonly string[] => names.filter((_, i) => hasRoles && role.test(roles[i]!));
  const [label] = withRole(/^(c|class)$/i);
  const strings = names.filter((_, i) => STRING.test(types[i]!));
  const included = withRole(/include=true/i);
  const titles = included.length > 0 ? included : strings.length === 1 ? strings : [];
  // Without a string column the words could be values of a table. So could short ones without a line of roles.
  if (strings.length === 0 || (!hasRoles && !types.some((type) => WHOLE_NAME.test(type)))) return undefined;
  const columns = label === undefined || titles.length === 0 ? undefined : { titleColumns: titles, labelColumn: label };
  return { records: hasRoles ? 2 : 1, columns };
};
