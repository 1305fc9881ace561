import { EXACT_TYPES, relationsIn } from './discoverFeed.js';
import { httpAddress } from './items/httpAddress.js';
import { mediaType } from './items/mediaType.js';

/**
 * The feeds that a `Link` header names: `</feed>; rel="alternate"; type="application/rss+xml"` (RFC 8288).
 *
 * @param header the header; several links are separated by commas
 * @param base relative addresses are resolved against it
 */
export const linkedFeeds = (header: string | undefined, base: URL): readonly string[] =>
  Array.from(
    (header ?? '').matchAll(/<([^<>]*)>((?:\s*;\s*[\w*-]+(?:\s*=\s*(?:"[^"]*"|[^\s;,"]+))?)*)/g),
    ([, href = '', parameters = '']) => {
      const value = (name: string): string | undefined => {
        const written = new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]*)"|([^\\s;,"]+))`, 'i').exec(parameters);
        return written?.[1] ?? written?.[2];
      };
      const named = relationsIn(value('rel')).includes('alternate') && EXACT_TYPES.test(mediaType(value('type')));
      return named ? httpAddress(href, base) : undefined;
    },
  ).filter((url) => url !== undefined);
