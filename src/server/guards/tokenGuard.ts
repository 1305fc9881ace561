import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { Refusal } from '../http/Refusal.js';

/** The shortest token: one that can be guessed is none. */
const SHORTEST = 16;

/**
 * Makes the check of the token (RFC 6750: `Authorization: Bearer TOKEN`).
 *
 * The two are compared as digests under a key of this process, in constant time: neither where they begin to differ nor
 * how long the right one is can be measured from outside.
 *
 * @param token what is demanded; undefined demands nothing
 * @throws HeadwaterError `HW_USAGE` where it is shorter than 16 characters, or has others than a header field can carry
 * @throws Refusal `token` from the check
 */
export const tokenGuard = (token: string | undefined): ((request: IncomingMessage) => void) => {
  if (token === undefined) return () => undefined;
  if (!/^[A-Za-z0-9._~+/-]+=*$/.test(token) || token.length < SHORTEST) {
    throw new HeadwaterError(
      'HW_USAGE',
      `serveModel: the token must have at least ${SHORTEST} characters, all of them letters, digits or any of -._~+/ (and = at its end). Make one: openssl rand -hex 24.`,
    );
  }
  const key = randomBytes(32);
  const digest = (text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const wanted = digest(token);
  return ({ headers: { authorization } }) => {
    if (authorization === undefined)
      throw new Refusal('token', 'Send the token: Authorization: Bearer TOKEN.', {
        headers: { 'www-authenticate': 'Bearer' },
      });
    const given = /^bearer +(.+)$/i.exec(authorization)?.[1] ?? '';
    if (!timingSafeEqual(digest(given), wanted))
      throw new Refusal('token', 'The token is wrong.', {
        headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
      });
  };
};
