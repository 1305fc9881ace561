import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { Refusal } from '../http/Refusal.js';
import type { AccessToken, Scope } from '../http/AccessToken.js';
import { WrongTokens } from './WrongTokens.js';

/** The minimum length of a token. Shorter tokens can be guessed. */
const SHORTEST = 16;

/** @throws HeadwaterError `HW_USAGE` */
const checkTokens = (tokens: readonly AccessToken[]): void => {
  const [names, values] = [new Set<string>(), new Set<string>()];
  for (const { name, token } of tokens) {
    if (!/^[A-Za-z0-9._~+/-]+=*$/.test(token) || token.length < SHORTEST)
      throw new HeadwaterError(
        'HW_USAGE',
        `serveModel: the token ${JSON.stringify(name)} must have at least ${SHORTEST} characters, all of ` +
          'them letters, digits or any of -._~+/ (and = at its end). Make one: openssl rand -hex 24.',
      );
    if (names.has(name) || values.has(token))
      throw new HeadwaterError(
        'HW_USAGE',
        `serveModel: the name or the value of the token ${JSON.stringify(name)} is ` +
          'that of another one. Give each token a name and a value of its own.',
      );
    names.add(name);
    values.add(token);
  }
};

/**
 * Checks whether a request has a scope.
 *
 * @returns the name of its token; undefined if no token is required
 * @throws Refusal `token`, `throttled` or `scope`
 */
export type CheckToken = (request: IncomingMessage, scope: Scope) => string | undefined;

/**
 * Makes the check of the token (RFC 6750: `Authorization: Bearer TOKEN`).
 *
 * Tokens are compared in constant time, as digests with a key of this process. So a client cannot measure the position
 * of the first difference or the length of a right token. After ten wrong tokens in a minute, a network must wait. A
 * right token is still accepted, because other clients may use the same proxy.
 *
 * @param tokens the accepted tokens; if there are none, no token is required
 * @param now a monotonic clock, in milliseconds
 * @throws HeadwaterError `HW_USAGE` if a token is shorter than 16 characters, has characters that a header field cannot
 *   carry, or occurs twice
 */
export const tokenGuard = (tokens: readonly AccessToken[], now = (): number => performance.now()): CheckToken => {
  if (tokens.length === 0) return () => undefined;
  checkTokens(tokens);
  const key = randomBytes(32);
  const digest = (text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const wanted = tokens.map(({ token, ...rest }) => ({ ...rest, digest: digest(token) }));
  const wrong = new WrongTokens(now);
  return ({ headers: { authorization }, socket }, scope) => {
    if (authorization === undefined)
      throw new Refusal('token', 'Send the token: Authorization: Bearer TOKEN.', {
        headers: { 'www-authenticate': 'Bearer' },
      });
    const given = digest(/^bearer +(\S.*)$/i.exec(authorization)?.[1] ?? '');
    // All tokens are compared, so that the time does not show which one matches.
    const [found] = wanted.filter((one) => timingSafeEqual(given, one.digest));
    if (found === undefined) {
      const wait = wrong.add(socket.remoteAddress ?? '');
      if (wait !== undefined)
        throw new Refusal('throttled', 'Too many wrong tokens came from this address. Try again later.', {
          headers: { 'retry-after': String(wait) },
        });
      throw new Refusal('token', 'The token is wrong.', {
        headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
      });
    }
    if (!found.scopes.includes(scope))
      throw new Refusal('scope', `The token does not allow this. It needs the scope ${scope}.`, {
        headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"` },
      });
    return found.name;
  };
};
