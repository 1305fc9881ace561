import { unescape as percentDecoded } from 'node:querystring';
import { parsedUrl } from '../../../../contracts/runtime/parsedUrl.js';

/** An address without the name and the password that it was written with, and these beside it. */
export interface WebAddress {
  /** May be shown, and kept: there are no secrets in it. */
  readonly url: URL;
  /** The name and the password as the header that carries them; empty where there are none. */
  readonly authorization: Readonly<Record<string, string>>;
}

/**
 * Takes the name and the password out of an address, once, where it comes in: what is then made of it (links,
 * redirects, messages, what is remembered) cannot have them.
 *
 * A `%` that encodes nothing stands for itself, as the URL standard has it.
 */
export const webAddress = (given: URL): WebAddress => {
  const { username, password } = given;
  const url = new URL(given);
  url.username = '';
  url.password = '';
  return {
    url,
    authorization:
      username === '' && password === ''
        ? {}
        : {
            authorization: `Basic ${Buffer.from(`${percentDecoded(username)}:${percentDecoded(password)}`).toString('base64')}`,
          },
  };
};

/** What names a server, or a place on one: `me:s3cret@example.org` is a URL too, but has neither. */
const isLocated = (url: URL): boolean => url.pathname.startsWith('/') || url.host !== '';

/**
 * What was written as an address, as it may be shown.
 *
 * Where it names no server, nobody knows where its password ends: all goes that stands before its last `@`.
 */
export const withoutSecrets = (written: string): string => {
  const given = parsedUrl(written);
  if (given === undefined || !isLocated(given)) return written.replace(/^((?:[a-z][a-z\d+.-]*:)?[/\\]*).*@/is, '$1');
  return given.username === '' && given.password === '' ? written : webAddress(given).url.href;
};
