import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import { parsedUrl } from '../../../../contracts/runtime/parsedUrl.js';
import { webAddress, withoutSecrets, type WebAddress } from './WebAddress.js';

/** The redirect statuses. */
export const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** The statuses of permanent redirects. */
export const PERMANENT_REDIRECTS: ReadonlySet<number> = new Set([301, 308]);

const redirectError = (name: string, message: string): HeadwaterError =>
  new HeadwaterError('HW_HTTP_REDIRECTS', `${name} ${message}`, { where: name });

/** The error for more than `maxRedirects` redirects. */
export const tooManyRedirects = (name: string, maxRedirects: number, { url }: WebAddress): HeadwaterError =>
  redirectError(
    name,
    `was redirected more than ${maxRedirects} times, the last time to ${url.href}. ` +
      'Give the final address. In code, the option maxRedirects allows more.',
  );

/**
 * The address that a server has redirected or linked to. A user name and a password are sent only to the server for
 * which they were given.
 *
 * @param from the address with the redirect or link
 * @param start the address that the user gave
 */
export const ledTo = (to: URL, from: WebAddress, start: WebAddress): WebAddress => {
  const { url, authorization } = webAddress(to);
  const given = [from, start].find((address) => address.url.origin === url.origin);
  return { url, authorization: { ...given?.authorization, ...authorization } };
};

/**
 * Headers arrive with one character per byte. Bytes that are not ASCII should have been percent-encoded by the server;
 * they are encoded here.
 */
const asciiOf = (header: string): string =>
  header.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * The target of a redirect.
 *
 * @param name the name of the address that the user gave
 * @throws HeadwaterError `HW_HTTP_REDIRECTS` if the target is not an http or https URL
 */
export const redirectTarget = (name: string, location: string, from: WebAddress, start: WebAddress): WebAddress => {
  const written = asciiOf(location);
  const to = parsedUrl(written, from.url);
  if (to === undefined)
    throw redirectError(name, `redirects to what is no address: ${withoutSecrets(written)}. Give the final address.`);
  // A server must not be able to redirect to files of this machine.
  if (to.protocol !== 'http:' && to.protocol !== 'https:')
    throw redirectError(name, `redirects to a ${to.protocol} address, which is not followed. Give the final address.`);
  return ledTo(to, from, start);
};
