import type { RawText } from '../items/FeedItem.js';
import { mediaType } from '../items/mediaType.js';
import { base64Text } from '../text/base64Text.js';
import type { TitleMarkup } from '../text/titleText.js';
import type { XmlElement } from './xmlElement.js';

const TEXT: ReadonlySet<string> = new Set(['', 'text', 'text/plain', 'xhtml', 'application/xhtml+xml']);

/** The markup of an Atom text construct, by its `type` and by the `mode` of Atom 0.3. */
const markupOf = (type: string, mode: string): TitleMarkup => {
  // XHTML is markup inside the element; parsing the element has already removed it.
  if (mode === 'xml') return 'text';
  return TEXT.has(type) ? 'text' : 'html';
};

/**
 * The text of an element as it stands in the feed; undefined if it has no text.
 *
 * @param usual the markup of the text if the element does not declare it
 * @throws HeadwaterError `HW_FEED` for invalid base64
 */
export const writtenText = (element: XmlElement, usual: TitleMarkup): RawText | undefined => {
  const text = element.text.trim();
  if (text === '') return undefined;
  const mode = (element.attributes['mode'] ?? '').trim().toLowerCase();
  const type = mediaType(element.attributes['type']);
  if (mode === 'base64' || type === 'base64' || type === 'application/octet-stream') {
    const decoded = base64Text(text);
    return { text: decoded, markup: TEXT.has(type) && type !== '' ? 'text' : 'html' };
  }
  return { text, markup: usual === 'html' ? 'html' : markupOf(type, mode) };
};
