import type { IncomingMessage } from 'node:http';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { parsedUrl } from '../../contracts/runtime/parsedUrl.js';
import { Refusal } from '../http/Refusal.js';

/** What a browser is told when a page of an allowed origin asks. */
export type CorsHeaders = Readonly<Record<string, string>>;

/** The answer to a request of no other origin. */
const NONE: CorsHeaders = { vary: 'origin' };

/** The fields that a page cannot read unless it is told so, but needs to do right after a refusal. */
const EXPOSED: CorsHeaders = { 'access-control-expose-headers': 'retry-after, www-authenticate' };

/**
 * Makes the check of the Origin field, which browsers send for pages: it must be the server's own, or one that was
 * allowed.
 *
 * The Host has been checked before, so an origin of the same host is a page of ours.
 *
 * @param allowed origins such as `https://news.example`
 * @returns the check, which gives the header fields of the answer
 * @throws HeadwaterError `HW_USAGE` for an allowed origin that is none
 * @throws Refusal `origin` from the check
 */
export const originGuard = (allowed: readonly string[]): ((request: IncomingMessage) => CorsHeaders) => {
  const origins = new Set(
    allowed.map((origin) => {
      if (parsedUrl(origin)?.origin === origin) return origin;
      throw new HeadwaterError(
        'HW_USAGE',
        `serveModel: ${origin} is not an origin. Give only the scheme, host and port, such as https://news.example.`,
      );
    }),
  );
  return ({ headers: { origin, host } }) => {
    if (origin === undefined) return NONE;
    if (origins.has(origin)) return { ...NONE, ...EXPOSED, 'access-control-allow-origin': origin };
    if (['http', 'https'].some((scheme) => parsedUrl(`${scheme}://${host ?? ''}`)?.origin === origin)) return NONE;
    throw new Refusal(
      'origin',
      'Pages of this origin may not send requests to this server. To allow them, start the server with --allow-origin and the origin.',
    );
  };
};
