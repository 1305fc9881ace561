import { checkArgument } from '../../contracts/checkArgument.js';
import type { Rejection } from '../../contracts/rows/Rejection.js';
import { printable } from '../terminal/printable.js';

/**
 * Describes one rejection in a line for people: its position, what was expected and what was found.
 *
 * @returns for example `news.csv:12: field "title": expected a non-empty string, got ""`; control characters are
 * escaped
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { describeRejection } from 'headwater';
 * describeRejection({
 *   type: 'rejection',
 *   reason: 'field',
 *   id: 10,
 *   source: 'news.csv',
 *   line: 12,
 *   byte: 804,
 *   field: 'title',
 *   expected: 'a non-empty string',
 *   got: '',
 * });
 * // 'news.csv:12: field "title": expected a non-empty string, got ""'
 * ```
 */
export const describeRejection = (rejection: Rejection): string => {
  checkArgument('describeRejection', 'rejection', rejection, 'a rejection');
  const { reason, source, line, id, field, expected, got } = rejection;

  const subject =
    field === undefined
      ? reason
      : reason === 'field'
        ? `field ${JSON.stringify(field)}`
        : `${reason} in field ${JSON.stringify(field)}`;
  // After the first operators a row is known only by its ordinal. It then has no line, and perhaps no source.
  const place = line !== undefined ? `${source}:${line}` : `${source === '' ? '' : `${source}: `}row ${id}`;
  return printable(`${place}: ${subject}: expected ${expected}, got ${JSON.stringify(got)}`);
};
