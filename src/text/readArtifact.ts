import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as t from 'io-ts';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import { excerpt } from './excerpt.js';

/**
 * A value in a few words. Arrays and objects are not written out: a damaged file may nest them deeper than the stack
 * is.
 */
const described = (value: unknown): string => {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : excerpt(JSON.stringify(value));
};

const reason = ([error]: t.Errors): string => {
  if (error === undefined) return 'it is not of the right shape';
  if (error.message !== undefined) return error.message;
  const path = error.context.map(({ key }) => key).filter((key) => key !== '');
  const expected = error.context.at(-1)?.type.name ?? 'something else';
  return `${path.length === 0 ? 'the whole' : path.join('.')} should be ${expected}, but is ${described(error.value)}`;
};

/** The error of an artifact that cannot be read, in one sentence and what to do about it. */
export const artifactError = (what: string, why: string, where: string | undefined, cause?: unknown): HeadwaterError =>
  new HeadwaterError(
    'HW_ARTIFACT',
    `${where ?? 'This'} is no ${what}: ${why}. Take the file that was saved with the model, unchanged.`,
    {
      ...(cause === undefined ? {} : { cause }),
      ...(where === undefined ? {} : { where }),
    },
  );

/**
 * Decodes an artifact's value with its codec; never trusts it.
 *
 * @param codec what the value must be
 * @param what what the artifact is called in a message
 * @param value what JSON was parsed to
 * @param where the path or address that it came from
 */
export const readArtifact = <A>(
  codec: t.Type<A, unknown>,
  what: string,
  value: unknown,
  where: string | undefined,
): E.Either<HeadwaterError, A> =>
  pipe(
    codec.decode(value),
    E.mapLeft((errors) => artifactError(what, reason(errors), where)),
  );

/** Parses an artifact's JSON text. */
export const parseArtifact = (
  text: string,
  what: string,
  where: string | undefined,
): E.Either<HeadwaterError, unknown> =>
  E.tryCatch(
    (): unknown => JSON.parse(text),
    (cause) =>
      artifactError(what, `it is not JSON (${cause instanceof Error ? cause.message : String(cause)})`, where, cause),
  );
