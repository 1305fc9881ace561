import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as t from 'io-ts';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { excerpt } from '../../contracts/messages/excerpt.js';
import { described } from '../internal/described.js';

const reason = ([error]: t.Errors): string => {
  if (error === undefined) return 'it is not of the right shape';
  if (error.message !== undefined) return error.message;
  const path = error.context.map(({ key }) => key).filter((key) => key !== '');
  const expected = error.context.at(-1)?.type.name ?? 'something else';
  return `${path.length === 0 ? 'the whole' : excerpt(path.join('.'), 200)} should be ${expected}, but is ${described(error.value)}`;
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

/** No artifact nests values deeper than a few levels. */
const DEEPEST = 64;

const [QUOTE, BACKSLASH, OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [34, 92, 91, 93, 123, 125];

/**
 * Whether values are nested deeper than artifacts are. `JSON.parse` takes seconds and hundreds of megabytes for some
 * millions of brackets.
 */
const isTooDeep = (text: string): boolean => {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      for (at++; at < text.length && text.charCodeAt(at) !== QUOTE; at++) if (text.charCodeAt(at) === BACKSLASH) at++;
    } else if (unit === OPEN_ARRAY || unit === OPEN_OBJECT) {
      if (++depth > DEEPEST) return true;
    } else if (unit === CLOSE_ARRAY || unit === CLOSE_OBJECT) depth--;
  }
  return false;
};

/** Parses an artifact's JSON text. */
export const parseArtifact = (
  text: string,
  what: string,
  where: string | undefined,
): E.Either<HeadwaterError, unknown> =>
  isTooDeep(text)
    ? E.left(artifactError(what, `its values are nested more than ${DEEPEST} levels deep`, where))
    : E.tryCatch(
        (): unknown => JSON.parse(text),
        (cause) =>
          artifactError(
            what,
            `it is not JSON (${excerpt(cause instanceof Error ? cause.message : String(cause), 200)})`,
            where,
            cause,
          ),
      );
