import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { optionText } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { parsedUrl } from '../../contracts/runtime/parsedUrl.js';
import { webAddress, withoutSecrets, type WebAddress } from './http/connection/WebAddress.js';

/**
 * The location of a body, and its name in rows and messages. The name never contains the user name and password of a
 * URL.
 */
export type Location =
  | { readonly kind: 'file'; readonly path: string; readonly name: string }
  | ({ readonly kind: 'http'; readonly name: string } & WebAddress);

// At least two letters, since `C:\news.csv` is a path. As in RFC 3986, a relative path with a colon in its first
// segment must be written `./a:b`.
const scheme = /^[a-z][a-z\d+.-]+:/i;

const parsed = (source: string): URL => {
  const url = parsedUrl(source);
  if (url !== undefined) return url;
  const where = withoutSecrets(source);
  throw new HeadwaterError(
    'HW_USAGE',
    `Not an address: ${where}. Give a path, or a URL such as https://example.org/news.csv.`,
    { where },
  );
};

const fileOf = (url: URL): Location => {
  try {
    const path = fileURLToPath(url);
    return { kind: 'file', path, name: path };
  } catch (cause) {
    throw new HeadwaterError(
      'HW_USAGE',
      `Not an address of a file on this machine: ${url.href}. Write file:///absolute/path.`,
      { cause, where: url.href },
    );
  }
};

/**
 * Determines whether a source is a path or a URL.
 *
 * @throws HeadwaterError `HW_USAGE` for an empty string, a URL that cannot be parsed, and any scheme but http, https
 *   and file
 */
export const locate = (source: string | URL): Location => {
  if (typeof source !== 'string' && !(source instanceof URL))
    throw new HeadwaterError('HW_USAGE', `The source is ${optionText(source)}. Give a path or a URL.`);
  if (source === '') throw new HeadwaterError('HW_USAGE', 'The source is an empty string. Give a path or a URL.');
  if (typeof source === 'string' && (isAbsolute(source) || !scheme.test(source))) {
    if (source.includes('\0'))
      throw new HeadwaterError('HW_USAGE', 'The path has a NUL character in it, which no file name can have.');
    return { kind: 'file', path: source, name: source };
  }
  const url = typeof source === 'string' ? parsed(source) : source;
  if (url.protocol === 'file:') return fileOf(url);
  if (url.protocol === 'http:' || url.protocol === 'https:') {
    const address = webAddress(url);
    return { kind: 'http', name: address.url.href, ...address };
  }
  const name = withoutSecrets(url.href);
  throw new HeadwaterError(
    'HW_USAGE',
    `Cannot read from ${url.protocol} addresses: ${name}. Give http, ` +
      'https, file, or a path (./a:b where its first part has a colon).',
    { where: name },
  );
};
