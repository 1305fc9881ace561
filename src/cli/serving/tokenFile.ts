import { readFileSync, statSync } from 'node:fs';
import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { messageOf } from '../../contracts/messageOf.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { type AccessToken, type Scope, SCOPES } from '../../server/http/AccessToken.js';

/** The maximum size of a file of tokens, in bytes. */
const MOST_BYTES = 2 ** 20;

const scope = new t.Type<Scope>(
  `one of ${SCOPES.join(', ')}`,
  (value): value is Scope => SCOPES.some((known) => known === value),
  (value, context) => {
    const found = SCOPES.find((known) => known === value);
    return found === undefined ? t.failure(value, context) : t.success(found);
  },
  t.identity,
);

const TokensJson = t.readonlyArray(t.strict({ name: t.string, token: t.string, scopes: t.readonlyArray(scope) }));

const EXAMPLE = '[{"name": "page", "token": "…", "scopes": ["read", "classify", "label"]}]';

/**
 * The tokens of a file: a JSON array whose items have a name, a token and its scopes.
 *
 * @throws HeadwaterError `HW_PATH` if it cannot be read, `HW_USAGE` if its content is invalid
 */
export const tokenFile = (path: string): readonly AccessToken[] => {
  const bad = (code: 'HW_PATH' | 'HW_USAGE', why: string, cause?: unknown): HeadwaterError =>
    new HeadwaterError(code, `The tokens in ${path} cannot be read: ${why}. Give --tokens a file such as ${EXAMPLE}.`, {
      where: path,
      cause,
    });
  let text: string;
  try {
    if (statSync(path).size > MOST_BYTES) throw new Error('it is too large');
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw bad('HW_PATH', messageOf(cause), cause);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    // The original message may quote a token.
    throw bad('HW_USAGE', 'it is not JSON', cause);
  }
  const decoded = TokensJson.decode(value);
  if (isLeft(decoded)) {
    const [fault] = decoded.left;
    const place = fault?.context.slice(1).map(({ key }) => key);
    throw bad(
      'HW_USAGE',
      `${place === undefined || place.length === 0 ? 'it' : place.join('.')} is ` +
        `not ${fault?.context.at(-1)?.type.name ?? 'as it should be'}`,
    );
  }
  if (decoded.right.length === 0) throw bad('HW_USAGE', 'it has no token');
  return decoded.right;
};
