import { Parser } from 'htmlparser2';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';

/** An element of XML, and the text in it and in whatever is in it. */
export interface XmlElement {
  /** In lower case, with its prefix: `dc:date`. */
  readonly name: string;
  /** By their names in lower case. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
}

/** An element and those right in it. */
export interface XmlParent {
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
}

// The parser looks a closing tag up among all that are open, so that depth without bound would be time without bound.
const DEEPEST = 100;

/**
 * Reads one element, such as an item of a feed.
 *
 * Names are not told apart by case, and a tag that is not closed is closed by the one around it. Entities that are not
 * XML's own are left as they are.
 *
 * @param text from the element's tag to its closing tag
 * @throws HeadwaterError `HW_FEED` where the element never closes, or holds others more than 100 deep
 */
export const xmlElement = (text: string): XmlParent => {
  let attributes: Readonly<Record<string, string>> = {};
  const children: { readonly name: string; readonly attributes: Readonly<Record<string, string>>; text: string }[] = [];
  let depth = 0;
  let closed = false as boolean;
  const parser = new Parser(
    {
      onopentag: (name, found) => {
        depth++;
        if (depth === 1) attributes = found;
        else if (depth === 2) children.push({ name, attributes: found, text: '' });
        else if (depth > DEEPEST) throw new HeadwaterError('HW_FEED', `elements at most ${DEEPEST} deep`);
      },
      ontext: (data) => {
        const child = children.at(-1);
        if (depth > 1 && child !== undefined) child.text += data;
      },
      onclosetag: (_name, implied) => {
        depth--;
        // A tag that closes itself counts as implied.
        if (depth === 0) closed = !implied || (children.length === 0 && text.endsWith('/>'));
      },
    },
    { xmlMode: true, decodeEntities: true, lowerCaseTags: true, lowerCaseAttributeNames: true },
  );
  parser.end(text);
  if (!closed) throw new HeadwaterError('HW_FEED', 'an element that closes');
  return { attributes, children };
};
