import normalizeUrl from 'normalize-url';
import type { LiveHeadline } from '../../contracts/live/Live.js';

/**
 * The kinds of keys of a headline: `guid` is its source's identifier, `link` the address of its text, `content` its
 * words.
 */
export type HeadlineKey = 'guid' | 'link' | 'content';

/** All kinds, in the order in which they are checked. */
export const HEADLINE_KEYS = ['guid', 'link', 'content'] as const satisfies readonly HeadlineKey[];

/** Query parameters that say where a reader came from, not what the page is. */
const TRACKING = [
  /^utm_\w+$/i,
  /^(?:fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|igshid|mc_cid|mc_eid|mkt_tok|_hsenc|_hsmi|at_medium|at_campaign|cmpid)$/i,
];

/**
 * One form for all spellings of an address that lead to the same text. Undefined for an address that does not lead to a
 * particular text.
 */
const canonicalLink = (link: string): string | undefined => {
  let canonical: string;
  try {
    canonical = normalizeUrl(link, { stripProtocol: true, removeQueryParameters: TRACKING });
  } catch {
    // A URL parser cannot read it. It still identifies the headline.
    return link.trim() === '' ? undefined : link.trim();
  }
  // A host alone. Some feeds give their home page as the link of every item, so all items after the first would be
  // taken for repeats.
  return /^[^/?:#]+(?::\d+)?$/.test(canonical) ? undefined : canonical;
};

/**
 * A title's letters, digits and symbols, without differences of case, width, punctuation and spacing. Undefined if it
 * has none.
 */
const normalisedTitle = (title: string): string | undefined => {
  const words = title
    .normalize('NFKC')
    // Soft hyphens and similar characters are invisible within words.
    .replace(/\p{Cf}+/gu, '')
    // The minus of `-5`, and the sharp of `C#`, are no punctuation. These characters are symbols, which stay.
    .replace(/(?<=^|\s)-(?=\d)/gu, '\u2212')
    .replace(/(?<=\p{L})#(?![\p{L}\d])/gu, '\u266f')
    .replace(/[\p{P}\p{Z}\p{C}]+/gu, ' ')
    .trim()
    .toLowerCase();
  return words === '' ? undefined : words;
};

/**
 * A headline's key of one kind, or undefined if it has none.
 *
 * A `guid` belongs to its source and says nothing about other sources. `http` and `https` in it are the same. A `link`
 * is compared without scheme, `www.`, tracking parameters and a slash at the end, in any case of the host and any order
 * of the parameters (normalize-url). A link to a host alone gives no key. `content` is the title's letters, digits and
 * symbols, without case, punctuation and spacing.
 */
export const headlineKey = (kind: HeadlineKey, { source, guid, link, title }: LiveHeadline): string | undefined => {
  switch (kind) {
    case 'guid':
      // A site that changes to https changes its guids that are addresses.
      return guid === undefined || guid === ''
        ? undefined
        : JSON.stringify([kind, source, guid.replace(/^http:\/\//i, 'https://')]);
    case 'link': {
      const canonical = link === undefined ? undefined : canonicalLink(link);
      return canonical === undefined ? undefined : JSON.stringify([kind, canonical]);
    }
    case 'content': {
      const words = normalisedTitle(title);
      return words === undefined ? undefined : JSON.stringify([kind, words]);
    }
  }
};
