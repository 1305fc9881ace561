import { parsedUrl } from '../../../../contracts/runtime/parsedUrl.js';
import { httpAddress } from './httpAddress.js';
import { ESCAPED_CDATA } from '../text/titleText.js';

/**
 * A link without what programs put around it by mistake: a CDATA section as text, an `a` element, a second escaping.
 */
const bareLink = (link: string): string => {
  const open = link.replace(ESCAPED_CDATA, '$1');
  // Not every angle bracket is one of an element: `?below=<5`.
  const written = /^\s*<[a-z]/i.test(open) ? (/\bhref\s*=\s*["']?([^"'<>\s]+)/i.exec(open)?.[1] ?? '') : open;
  // A link over several lines is one link.
  return written
    .split(/[\r\n]/)
    .map((line) => line.trim())
    .join('')
    .replaceAll('&amp;', '&');
};

/** A link with its scheme. A host in front, as in `www.example.org/a`, is a host name and not a folder. */
const withScheme = (link: string, base: string | undefined): string => {
  const host = parsedUrl(base ?? '')?.host.replace(/^www\./, '') ?? '';
  const plain = link.toLowerCase().replace(/^www\./, '');
  if (host !== '' && (plain === host || plain.startsWith(`${host}/`)))
    return `${parsedUrl(base ?? '')?.protocol}//${link}`;
  return link.replace(/^(?=www\.[^/\s.]+\.)/i, 'http://');
};

/**
 * A link as an absolute address; undefined if it is not http or https.
 *
 * @param bases the base addresses, the nearest first; each may be relative to the next
 */
export const itemLink = (link: string | undefined, ...bases: readonly (string | undefined)[]): string | undefined => {
  const written = bareLink(link ?? '');
  if (written === '') return undefined;
  const base = bases.reduceRight<string | undefined>(
    (outer, inner) => (inner === undefined ? outer : (parsedUrl(inner, outer)?.href ?? outer)),
    undefined,
  );
  return httpAddress(withScheme(written, base), base);
};
