import { Parser } from 'htmlparser2';
import type { RawText } from '../items/FeedItem.js';
import { HIDDEN } from '../text/htmlNames.js';
import { canonicalName, namespaceOf, prefixesIn, type Prefixes } from './namespaces.js';
import type { XmlContext } from './xmlContext.js';
import { writtenText } from './writtenText.js';

/** In characters. A feed's title is near its start. */
const LOOKED_AT = 65_536;

/** A feed's title is never nested this deep. */
const DEEPEST = 100;

/** The elements that have the feed's title. */
const PARENTS: ReadonlySet<string> = new Set(['feed', 'channel']);

/**
 * The title of an XML feed: that of its channel or feed element, not that of an image or an author in it.
 *
 * @param root the root's tag
 * @param head the text between that tag and the first item, and after the last one
 */
export const feedTitle = (root: string, head: string, { format }: XmlContext): RawText | undefined => {
  const open: { readonly name: string; readonly local: string; readonly prefixes: Prefixes }[] = [];
  let attributes: Readonly<Record<string, string>> | undefined;
  let text = '';
  let found: RawText | undefined;
  const parser: Parser = new Parser(
    {
      onopentag: (name, given) => {
        const around = open.at(-1);
        const prefixes = prefixesIn(given, around?.prefixes ?? new Map());
        const own = around === undefined ? '' : namespaceOf(around.name, around.prefixes);
        const canonical = canonicalName(name, prefixes, own);
        open.push({ name, local: name.slice(name.indexOf(':') + 1), prefixes });
        if (open.length > DEEPEST) parser.pause();
        if (
          PARENTS.has(around?.local ?? '') &&
          open.length <= 3 &&
          (canonical === 'title' || canonical === 'dc:title')
        ) {
          attributes = given;
          text = '';
        }
      },
      ontext: (data) => {
        if (attributes !== undefined && !open.some(({ local }) => HIDDEN.has(local))) text += data;
      },
      onclosetag: () => {
        open.pop();
        if (attributes === undefined || !PARENTS.has(open.at(-1)?.local ?? '')) return;
        try {
          found ??= writtenText({ name: 'title', attributes, text, bases: [] }, format === 'atom' ? 'text' : 'html');
        } catch {
          // Invalid base64: the feed then has no title, which is allowed.
        }
        attributes = undefined;
      },
    },
    { xmlMode: true, decodeEntities: true, lowerCaseTags: true, lowerCaseAttributeNames: true },
  );
  parser.end(root + head.slice(0, LOOKED_AT));
  return found;
};
