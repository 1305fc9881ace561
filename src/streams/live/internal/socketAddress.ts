import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { parsedUrl } from '../../../contracts/runtime/parsedUrl.js';
import { webAddress, withoutSecrets, type WebAddress } from '../../bodies/http/connection/WebAddress.js';

/** The address of a WebSocket. */
export interface SocketAddress extends WebAddress {
  /** Its name in headlines and messages, with the scheme that was given. `url` is always ws or wss. */
  readonly name: string;
}

const SCHEMES: Readonly<Record<string, string>> = { 'ws:': 'ws:', 'wss:': 'wss:', 'http:': 'ws:', 'https:': 'wss:' };

/** @throws HeadwaterError `HW_USAGE` for anything but a ws, wss, http or https URL */
export const socketAddress = (source: string | URL): SocketAddress => {
  const parsed = parsedUrl(String(source));
  if (parsed === undefined) {
    const where = withoutSecrets(String(source));
    throw new HeadwaterError('HW_USAGE', `Not an address: ${where}. Give one such as wss://example.org/news.`, {
      where,
    });
  }
  const { url, authorization } = webAddress(parsed);
  const name = withoutSecrets(url.href);
  const scheme = SCHEMES[url.protocol];
  if (scheme === undefined)
    throw new HeadwaterError(
      'HW_USAGE',
      `Cannot read messages from ${url.protocol} addresses: ${name}. Give ws, wss, http or https.`,
      { where: name },
    );
  url.protocol = scheme;
  url.hash = '';
  return { url, name, authorization };
};
