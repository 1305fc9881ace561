import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as t from 'io-ts';
import { messageOf } from '../../contracts/messageOf.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { excerpt } from '../../contracts/messages/excerpt.js';
import { described } from '../../contracts/messages/described.js';

const reason = ([error]: t.Errors): string => {
  if (error === undefined) return 'it is not of the right shape';
  if (error.message !== undefined) return error.message;
  const path = error.context.map(({ key }) => key).filter((key) => key !== '');
  const expected = error.context.at(-1)?.type.name ?? 'something else';
  return (
    `${path.length === 0 ? 'the whole' : excerpt(path.join('.'), 200)} ` +
    `should be ${expected}, but is ${described(error.value)}`
  );
};

/** The error for an artifact that cannot be read: one sentence, and what to do about it. */
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
 * Decodes an artifact's value with its codec. The value is not trusted.
 *
 * @param codec the codec of the value
 * @param what the artifact's name in a message
 * @param value the parsed JSON
 * @param where the path or address of the artifact
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

/** The deepest nesting allowed; artifacts nest values only a few levels deep. */
const DEEPEST = 64;

const [QUOTE, BACKSLASH, OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [34, 92, 91, 93, 123, 125];

/**
 * Whether values are nested deeper than in any artifact. `JSON.parse` takes seconds and hundreds of megabytes for some
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
        (cause) => artifactError(what, `it is not JSON (${excerpt(messageOf(cause), 200)})`, where, cause),
      );
