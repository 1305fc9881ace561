import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import { parsedUrl } from '../../../../contracts/runtime/parsedUrl.js';
import { withoutSecrets } from './WebAddress.js';

/** Through which proxies servers are asked; empty texts where there is none. */
export interface Proxies {
  readonly httpProxy: string;
  readonly httpsProxy: string;
  /** Which servers are asked directly: names, domains and `*`, separated by commas or blanks. */
  readonly noProxy: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A variable in lower case goes before the same in upper case, as for curl. */
const valueOf = (env: Environment, name: string): string => env[name.toLowerCase()] ?? env[name] ?? '';

const proxyOf = (env: Environment, name: string): string => {
  const written = valueOf(env, name).trim();
  if (written === '') return '';
  // `proxy.example:3128` is taken for one of HTTP, as by curl.
  const address = /^[a-z][a-z\d+.-]*:\/\//i.test(written) ? written : `http://${written}`;
  if (/^https?:$/.test(parsedUrl(address)?.protocol ?? '')) return address;
  throw new HeadwaterError(
    'HW_USAGE',
    `${name} in the environment is no address of a proxy: ${withoutSecrets(address)}. Write one such as http://proxy.example:3128, or leave the variable out.`,
  );
};

/**
 * The proxies that the environment names: `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, or the same in lower case.
 *
 * @returns undefined where it names none
 * @throws HeadwaterError `HW_USAGE` for a variable that names no proxy
 */
export const proxiesOf = (env: Environment): Proxies | undefined => {
  const httpProxy = proxyOf(env, 'HTTP_PROXY');
  const httpsProxy = proxyOf(env, 'HTTPS_PROXY');
  return httpProxy === '' && httpsProxy === ''
    ? undefined
    : { httpProxy, httpsProxy, noProxy: valueOf(env, 'NO_PROXY') };
};

/** Whether an address names this machine: no proxy could reach it, nor should it. */
export const isLoopback = ({ hostname }: URL): boolean =>
  /^(?:127(?:\.\d+){3}|\[::1\]|(?:.+\.)?localhost\.?)$/i.test(hostname);

/** The proxy that a server is asked through where it is asked through one, as it may be shown. */
export const proxyName = ({ httpProxy, httpsProxy }: Proxies, target: URL): string => {
  const secure = target.protocol === 'https:' || target.protocol === 'wss:';
  return withoutSecrets(secure && httpsProxy !== '' ? httpsProxy : httpProxy);
};
