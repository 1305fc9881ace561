import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import { parsedUrl } from '../../../../contracts/runtime/parsedUrl.js';
import { webAddress, withoutSecrets, type WebAddress } from './WebAddress.js';

/** The statuses that send a client elsewhere. */
export const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Those of them that do so for good. */
export const PERMANENT_REDIRECTS: ReadonlySet<number> = new Set([301, 308]);

const redirectError = (name: string, message: string): HeadwaterError =>
  new HeadwaterError('HW_HTTP_REDIRECTS', `${name} ${message}`, { where: name });

/** The error for one redirect more than are followed. */
export const tooManyRedirects = (name: string, maxRedirects: number, { url }: WebAddress): HeadwaterError =>
  redirectError(
    name,
    `was redirected more than ${maxRedirects} times, the last time to ${url.href}. Give the final address. In code, the option maxRedirects allows more.`,
  );

/**
 * An address that a server has led to. A name and a password go to the server that they were given for alone.
 *
 * @param from the address that has led there
 * @param start the address that the user gave
 */
export const ledTo = (to: URL, from: WebAddress, start: WebAddress): WebAddress => {
  const { url, authorization } = webAddress(to);
  const given = [from, start].find((address) => address.url.origin === url.origin);
  return { url, authorization: { ...given?.authorization, ...authorization } };
};

/**
 * A header comes as one character a byte. Bytes that are not ASCII, which a server should have encoded itself, are
 * encoded as they are.
 */
const asciiOf = (header: string): string =>
  header.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * Where a redirect leads.
 *
 * @param name what the address is called that the user gave
 * @throws HeadwaterError `HW_HTTP_REDIRECTS` where that is no address of the web
 */
export const redirectTarget = (name: string, location: string, from: WebAddress, start: WebAddress): WebAddress => {
  const written = asciiOf(location);
  const to = parsedUrl(written, from.url);
  if (to === undefined)
    throw redirectError(name, `redirects to what is no address: ${withoutSecrets(written)}. Give the final address.`);
  // A server must not be able to point us at this machine's files.
  if (to.protocol !== 'http:' && to.protocol !== 'https:')
    throw redirectError(name, `redirects to a ${to.protocol} address, which is not followed. Give the final address.`);
  return ledTo(to, from, start);
};
