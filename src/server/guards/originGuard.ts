import type { IncomingMessage } from 'node:http';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { parsedUrl } from '../../contracts/runtime/parsedUrl.js';
import { Refusal } from '../http/Refusal.js';

/** The CORS headers of a response to a page of an allowed origin. */
export type CorsHeaders = Readonly<Record<string, string>>;

/** The headers for a request without another origin. */
const NONE: CorsHeaders = { vary: 'origin' };

/** Response headers that a page can read only if they are listed here. A page needs them after a refusal. */
const EXPOSED: CorsHeaders = { 'access-control-expose-headers': 'retry-after, www-authenticate' };

/**
 * Makes the check of the Origin field, which browsers send. It must be the server's own origin or an allowed origin.
 *
 * The Host was checked before, so an origin with the same host is the server's own page.
 *
 * @param allowed origins such as `https://news.example`
 * @returns the check; it returns the CORS headers of the response
 * @throws HeadwaterError `HW_USAGE` if an allowed origin is invalid
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
      'Pages of this origin may not send requests to this server. To allow ' +
        'them, start the server with --allow-origin and the origin.',
    );
  };
};
