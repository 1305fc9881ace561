import normalizeUrl from 'normalize-url';
import type { LiveHeadline } from '../../contracts/live/Live.js';

/** What a headline is known by: its source's name for it, the address of its text, or its words. */
export type HeadlineKey = 'guid' | 'link' | 'content';

/** All of them, in the order in which they are looked at. */
export const HEADLINE_KEYS = ['guid', 'link', 'content'] as const satisfies readonly HeadlineKey[];

/** Query parameters that say how a reader came, and nothing of what is read. */
const TRACKING = [
  /^utm_\w+$/i,
  /^(?:fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|igshid|mc_cid|mc_eid|mkt_tok|_hsenc|_hsmi|at_medium|at_campaign|cmpid)$/i,
];

/**
 * The same for all ways to write an address that lead to the same text; undefined for one that leads to no text in
 * particular.
 */
const canonicalLink = (link: string): string | undefined => {
  let canonical: string;
  try {
    canonical = normalizeUrl(link, { stripProtocol: true, removeQueryParameters: TRACKING });
  } catch {
    // No address that a URL parser reads. It is still a name.
    return link.trim() === '' ? undefined : link.trim();
  }
  // A host alone: some feeds give their home page as the link of every item, and all but the first would be taken for
  // repeats of it.
  return /^[^/?:#]+(?::\d+)?$/.test(canonical) ? undefined : canonical;
};

/**
 * A title's letters, digits and symbols, whatever their case, width, punctuation and spacing; undefined where there are
 * none.
 */
const normalisedTitle = (title: string): string | undefined => {
  const words = title
    .normalize('NFKC')
    // Soft hyphens and the like stand within words and are not seen.
    .replace(/\p{Cf}+/gu, '')
    .replace(/[\p{P}\p{Z}\p{C}]+/gu, ' ')
    .trim()
    .toLowerCase();
  return words === '' ? undefined : words;
};

/**
 * A headline's key of a kind, or undefined where it has none.
 *
 * A `guid` is its source's own, and says nothing about another's. A `link` is compared without scheme, `www.`,
 * tracking parameters and a slash at the end, whatever the case of the host and the order of the parameters
 * (normalize-url); the address of a host alone is no key. `content` is the title's letters, digits and symbols: case,
 * punctuation and spacing do not count.
 */
export const headlineKey = (kind: HeadlineKey, { source, guid, link, title }: LiveHeadline): string | undefined => {
  switch (kind) {
    case 'guid':
      return guid === undefined || guid === '' ? undefined : JSON.stringify([kind, source, guid]);
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
