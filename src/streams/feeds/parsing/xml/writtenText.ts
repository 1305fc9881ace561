import type { RawText } from '../FeedItem.js';
import { base64Text } from '../text/base64Text.js';
import type { TitleMarkup } from '../text/titleText.js';
import type { XmlElement } from './xmlElement.js';

const typeOf = ({ attributes }: XmlElement): string =>
  (attributes['type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();

const TEXT: ReadonlySet<string> = new Set(['', 'text', 'text/plain', 'xhtml', 'application/xhtml+xml']);

/** How the text of an Atom construct is marked up, by its `type` and by Atom 0.3's `mode`. */
const markupOf = (type: string, mode: string): TitleMarkup => {
  // XHTML, and what stands in the element itself, is markup of the feed: reading the element has taken it out.
  if (mode === 'xml') return 'text';
  return TEXT.has(type) ? 'text' : 'html';
};

/**
 * The text of an element as it is written there; undefined for one without text.
 *
 * @param usual what it is marked up as where it does not say
 * @throws HeadwaterError `HW_FEED` for base64 that is none
 */
export const writtenText = (element: XmlElement, usual: TitleMarkup): RawText | undefined => {
  const text = element.text.trim();
  if (text === '') return undefined;
  const mode = (element.attributes['mode'] ?? '').trim().toLowerCase();
  const type = typeOf(element);
  if (mode === 'base64' || type === 'base64' || type === 'application/octet-stream') {
    const decoded = base64Text(text);
    return { text: decoded, markup: TEXT.has(type) && type !== '' ? 'text' : 'html' };
  }
  return { text, markup: usual === 'html' ? 'html' : markupOf(type, mode) };
};
