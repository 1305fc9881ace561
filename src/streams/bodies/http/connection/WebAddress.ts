import { unescape as percentDecoded } from 'node:querystring';
import { parsedUrl } from '../../../../contracts/runtime/parsedUrl.js';

/** A URL without its user name and password, and these as a separate header. */
export interface WebAddress {
  /** Has no credentials, so it may be shown and stored. */
  readonly url: URL;
  /** The `authorization` header with the user name and the password; empty if there are none. */
  readonly authorization: Readonly<Record<string, string>>;
}

/**
 * Removes the user name and the password from a URL, once, at the entry. So links, redirects, messages and stored
 * records cannot contain them.
 *
 * As in the URL standard, a `%` that is not part of an escape stands for itself.
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
            authorization:
              'Basic ' + Buffer.from(`${percentDecoded(username)}:${percentDecoded(password)}`).toString('base64'),
          },
  };
};

/** Whether a URL has a host or an absolute path. `me:s3cret@example.org` is also a URL, but has neither. */
const isLocated = (url: URL): boolean => url.pathname.startsWith('/') || url.host !== '';

/**
 * A given URL without its credentials, for messages.
 *
 * If it names no server, it is unknown where the password ends, so everything before the last `@` is removed.
 */
export const withoutSecrets = (written: string): string => {
  const given = parsedUrl(written);
  if (given === undefined || !isLocated(given))
    return written.replace(/^((?:[a-z][a-z\d+.-]*:)?[/\\]*)(?![/\\]).*@/is, '$1');
  return given.username === '' && given.password === '' ? written : webAddress(given).url.href;
};
