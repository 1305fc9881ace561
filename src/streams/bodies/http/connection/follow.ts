import type { CheckedBodyOptions } from './BodyOptions.js';
import { headerOf, httpExchange, type HttpExchange } from './httpExchange.js';
import { REDIRECTS, redirectTarget, tooManyRedirects } from './redirects.js';
import type { WebAddress } from './WebAddress.js';

/**
 * Sends a request and follows redirects to the first response that is not a redirect.
 *
 * @param headers sent to every server of the redirects; the headers of the options are sent only to the server that the
 *   user gave
 * @throws HeadwaterError `HW_HTTP_CONNECT`, `HW_HTTP_TIMEOUT`, `HW_HTTP_CUT`, `HW_HTTP_REDIRECTS`
 */
export const follow = async (
  start: WebAddress,
  name: string,
  options: CheckedBodyOptions,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<HttpExchange> => {
  const { maxRedirects } = options;
  let address = start;
  for (let redirects = 0; ; redirects++) {
    const { url, authorization } = address;
    const own = url.origin === start.url.origin ? options.headers(start.url) : {};
    const answered = await httpExchange({
      url,
      name,
      headers: { ...authorization, ...own, ...headers },
      signal,
      timeouts: options,
    });
    const { response, close } = answered;
    const location = headerOf(response, 'location');
    if (!REDIRECTS.has(response.statusCode) || location === undefined) return answered;
    close();
    address = redirectTarget(name, location, address, start);
    if (redirects === maxRedirects) throw tooManyRedirects(name, maxRedirects, address);
  }
};
