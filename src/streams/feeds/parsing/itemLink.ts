import { parsedUrl } from '../../../contracts/runtime/parsedUrl.js';

/**
 * A link as an absolute address; undefined if it is not http or https.
 *
 * @param bases the base addresses, the nearest first; each may be relative to the next
 */
export const itemLink = (link: string | undefined, ...bases: readonly (string | undefined)[]): string | undefined => {
  // A link over several lines is one link. `www.example.org` without a scheme is a host name, not a folder.
  const written = link
    ?.trim()
    .replace(/\s*[\r\n]\s*/g, '')
    .replace(/^(?=www\.[^/\s.]+\.)/i, 'http://');
  if (written === undefined || written === '') return undefined;
  const base = bases.reduceRight<string | undefined>(
    (outer, inner) => (inner === undefined ? outer : (parsedUrl(inner, outer)?.href ?? outer)),
    undefined,
  );
  const url = parsedUrl(written, base);
  if (url === undefined) return undefined;
  const { href, protocol } = url;
  return protocol === 'http:' || protocol === 'https:' ? href : undefined;
};
