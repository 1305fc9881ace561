import { Parser } from 'htmlparser2';
import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import { BREAKS, HIDDEN } from '../text/htmlNames.js';
import { canonicalName, namespaceOf, prefixesIn, type Prefixes } from './namespaces.js';

/** What an element stands in: the prefixes that are declared there, and what links are relative to. */
export interface XmlScope {
  readonly prefixes: Prefixes;
  /** The `xml:base` of the elements around, the nearest first. */
  readonly bases: readonly string[];
}

/** An element of XML, and the text in it and in whatever is in it. */
export interface XmlElement {
  /** In lower case, by its namespace: `dc:date`, whatever the prefix. */
  readonly name: string;
  /** By their names in lower case, as they are written. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Without scripts, and with a space where markup in it parts words. */
  readonly text: string;
  /** What links in it are relative to, the nearest first. */
  readonly bases: readonly string[];
}

/** An element and those right in it. */
export interface XmlParent {
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly scope: XmlScope;
}

// The parser looks a closing tag up among all that are open, so that depth without bound would be time without bound.
const DEEPEST = 100;

const PARSING = { xmlMode: true, decodeEntities: true, lowerCaseTags: true, lowerCaseAttributeNames: true } as const;

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

const scopeIn = (attributes: Readonly<Record<string, string>>, around: XmlScope): XmlScope => {
  const base = attributes['xml:base'];
  return {
    ...around,
    prefixes: prefixesIn(attributes, around.prefixes),
    bases: base === undefined ? around.bases : [base, ...around.bases],
  };
};

/** The scope inside an element, by its opening tag. */
export const scopeOfTag = (tag: string, around: XmlScope): XmlScope => {
  let scope = around;
  const parser = new Parser({ onopentag: (_name, attributes) => (scope = scopeIn(attributes, around)) }, PARSING);
  parser.end(tag);
  return scope;
};

/**
 * Reads one element, such as an item of a feed.
 *
 * Names are not told apart by case, and a tag that is not closed is closed by the one around it. Entities that are not
 * XML's own are left as they are.
 *
 * @param text from the element's tag to its closing tag
 * @throws HeadwaterError `HW_FEED` where the element never closes, or holds others more than 100 deep
 */
export const xmlElement = (text: string, around: XmlScope): XmlParent => {
  let attributes: Readonly<Record<string, string>> = {};
  let scope = around;
  // Its elements are in the namespace that it is in itself.
  let own = '';
  const children: { -readonly [K in keyof XmlElement]: XmlElement[K] }[] = [];
  let depth = 0;
  let hidden = 0;
  let closed = false as boolean;
  const parser = new Parser(
    {
      onopentag: (name, found) => {
        depth++;
        if (depth === 1) {
          attributes = found;
          scope = scopeIn(found, around);
          own = namespaceOf(name, scope.prefixes);
        } else if (depth === 2) {
          const { prefixes, bases } = scopeIn(found, scope);
          children.push({ name: canonicalName(name, prefixes, own), attributes: found, text: '', bases });
        } else if (depth > DEEPEST) {
          throw new HeadwaterError('HW_FEED', `elements at most ${DEEPEST} deep`);
        } else {
          const child = children.at(-1);
          if (HIDDEN.has(localName(name))) hidden++;
          else if (child !== undefined && BREAKS.has(localName(name))) child.text += ' ';
        }
      },
      ontext: (data) => {
        const child = children.at(-1);
        if (depth > 1 && hidden === 0 && child !== undefined) child.text += data;
      },
      onclosetag: (name, implied) => {
        if (depth > 2 && HIDDEN.has(localName(name))) hidden--;
        else if (depth > 2 && BREAKS.has(localName(name))) {
          const child = children.at(-1);
          if (child !== undefined) child.text += ' ';
        }
        depth--;
        // A tag that closes itself counts as implied.
        if (depth === 0) closed = !implied || (children.length === 0 && text.endsWith('/>'));
      },
    },
    PARSING,
  );
  parser.end(text);
  if (!closed) throw new HeadwaterError('HW_FEED', 'an element that closes');
  return { attributes, children, scope };
};
