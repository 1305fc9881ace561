import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { authorizationOf } from '../httpExchange.js';
import { withoutSecrets } from '../locate.js';

/** Where a WebSocket is. */
export interface SocketAddress {
  /** ws or wss, without a name and a password. */
  readonly url: URL;
  /** What it is called in headlines and messages. */
  readonly name: string;
  /** The name and password, as a header. */
  readonly authorization: Readonly<Record<string, string>>;
}

const SCHEMES: Readonly<Record<string, string>> = { 'ws:': 'ws:', 'wss:': 'wss:', 'http:': 'ws:', 'https:': 'wss:' };

/** @throws HeadwaterError `HW_USAGE` for anything but an address with ws, wss, http or https */
export const socketAddress = (source: string | URL): SocketAddress => {
  const where = String(source);
  if (!URL.canParse(where)) throw new HeadwaterError('HW_USAGE', `Not an address: ${where}. Give one such as wss://example.org/news.`, { where });
  const given = new URL(source);
  const name = withoutSecrets(given);
  const scheme = SCHEMES[given.protocol];
  if (scheme === undefined) throw new HeadwaterError('HW_USAGE', `Cannot read messages from ${given.protocol} addresses: ${name}. Give ws, wss, http or https.`, { where: name });
  const url = new URL(name);
  url.protocol = scheme;
  url.hash = '';
  return { url, name, authorization: authorizationOf(given) };
};
