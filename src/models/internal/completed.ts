import type * as t from 'io-ts';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { excerpt } from '../../contracts/messages/excerpt.js';

/**
 * Checks a completed configuration with its codec.
 *
 * @param codec the codec of the configuration
 * @param what the name of the model for the error message: `A linear classifier`
 * @throws HeadwaterError `HW_USAGE` where a value is invalid
 */
export const completed = <A>(codec: t.Type<A, unknown>, what: string, config: Readonly<Record<string, unknown>>): A => {
  const decoded = codec.decode(config);
  if (decoded._tag === 'Right') return decoded.right;
  const fault = decoded.left[0]?.context.at(-1);
  const actual: unknown = fault?.actual;
  // JSON has no NaN and no Infinity.
  const given = actual === undefined ? 'missing' : typeof actual === 'number' ? String(actual) : JSON.stringify(actual);
  throw new HeadwaterError(
    'HW_USAGE',
    `${what} cannot be made with ${fault?.key ?? 'a value'} ${excerpt(given)}. Give ${fault?.type.name ?? 'another'}.`,
  );
};
