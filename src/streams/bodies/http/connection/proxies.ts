import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import { parsedUrl } from '../../../../contracts/runtime/parsedUrl.js';
import { withoutSecrets } from './WebAddress.js';

/** The proxies to use; an empty string means none. */
export interface Proxies {
  readonly httpProxy: string;
  readonly httpsProxy: string;
  /** The servers to contact directly: names, domains and `*`, separated by commas or blanks. */
  readonly noProxy: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** As in curl, the lower-case variable takes precedence over the upper-case one. */
const valueOf = (env: Environment, name: string): string => env[name.toLowerCase()] ?? env[name] ?? '';

const proxyOf = (env: Environment, name: string): string => {
  const written = valueOf(env, name).trim();
  if (written === '') return '';
  // As in curl, `proxy.example:3128` is an HTTP proxy.
  const address = /^[a-z][a-z\d+.-]*:\/\//i.test(written) ? written : `http://${written}`;
  if (/^https?:$/.test(parsedUrl(address)?.protocol ?? '')) return address;
  throw new HeadwaterError(
    'HW_USAGE',
    `${name} in the environment is no address of a proxy: ${withoutSecrets(address)}. ` +
      'Write one such as http://proxy.example:3128, or leave the variable out.',
  );
};

/**
 * The proxies of the environment: `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, or the same in lower case.
 *
 * @returns undefined if there are none
 * @throws HeadwaterError `HW_USAGE` for a variable that is not the URL of a proxy
 */
export const proxiesOf = (env: Environment): Proxies | undefined => {
  const httpProxy = proxyOf(env, 'HTTP_PROXY');
  const httpsProxy = proxyOf(env, 'HTTPS_PROXY');
  return httpProxy === '' && httpsProxy === ''
    ? undefined
    : { httpProxy, httpsProxy, noProxy: valueOf(env, 'NO_PROXY') };
};

/**
 * Whether a URL names this machine. Such requests never go through a proxy, which could not reach it and should not.
 */
export const isLoopback = ({ hostname }: URL): boolean =>
  /^(?:127(?:\.\d+){3}|\[::1\]|(?:.+\.)?localhost\.?)$/i.test(hostname);

/** The proxy for a server, without its credentials. It applies unless the server is contacted directly. */
export const proxyName = ({ httpProxy, httpsProxy }: Proxies, target: URL): string => {
  const secure = target.protocol === 'https:' || target.protocol === 'wss:';
  return withoutSecrets(secure && httpsProxy !== '' ? httpsProxy : httpProxy);
};
