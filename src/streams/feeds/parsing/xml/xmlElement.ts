import { Parser } from 'htmlparser2';
import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import { BREAKS, HIDDEN } from '../text/htmlNames.js';
import { canonicalName, namespaceOf, prefixesIn, type Prefixes } from './namespaces.js';

/** What the elements around an element define: the declared prefixes and the base addresses of links. */
export interface XmlScope {
  readonly prefixes: Prefixes;
  /** The `xml:base` of the enclosing elements, the nearest first. */
  readonly bases: readonly string[];
}

/** An XML element with its text, including the text of nested elements. */
export interface XmlElement {
  /**
   * In lower case, with the name of its namespace: `dc:date`, whatever the prefix; `media:group/media:title` inside a
   * group.
   */
  readonly name: string;
  /** By their names as written, in lower case. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Without scripts, and with a space where nested markup separates words. */
  readonly text: string;
  /** The base addresses of links in it, the nearest first. */
  readonly bases: readonly string[];
}

/** An element and its direct children. */
export interface XmlParent {
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly scope: XmlScope;
}

// The parser compares a closing tag with all open ones, so unlimited depth would take unlimited time.
const DEEPEST = 100;

const PARSING = { xmlMode: true, decodeEntities: true, lowerCaseTags: true, lowerCaseAttributeNames: true } as const;

// Elements that hold only text. A field of an item inside one of them shows that it was never closed.
const LEAVES: ReadonlySet<string> = new Set(['title', 'link', 'guid', 'id', 'pubdate', 'published', 'updated']);

const FIELDS: ReadonlySet<string> = new Set(
  (
    'title link guid id pubdate published updated description ' +
    'summary content category author comments enclosure source'
  ).split(' '),
);

// Elements that group what other feeds put directly into an item.
const GROUPS: ReadonlySet<string> = new Set(['media:group', 'media:content', 'news:news']);

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

const scopeIn = (attributes: Readonly<Record<string, string>>, around: XmlScope): XmlScope => {
  const base = attributes['xml:base'];
  return {
    ...around,
    prefixes: prefixesIn(attributes, around.prefixes),
    bases: base === undefined ? around.bases : [base, ...around.bases],
  };
};

/** The scope inside an element, from its opening tag. */
export const scopeOfTag = (tag: string, around: XmlScope): XmlScope => {
  let scope = around;
  const parser = new Parser({ onopentag: (_name, attributes) => (scope = scopeIn(attributes, around)) }, PARSING);
  parser.end(tag);
  return scope;
};

/** A CDATA section, an angle bracket that opens nothing, and a closing tag without its `>`. */
const NO_TAG = /<!\[CDATA\[[^]*?(?:\]\]>|$)|<\/([\p{L}_][\w:.-]*)\s*(?=<)|<(?![\p{L}_:!?]|\/\s*[\p{L}_:])/gu;

/** The text with the angle brackets escaped that the parser would take for the start of a tag: `I <3 Unix`. */
const withoutLoose = (text: string): string =>
  text.replace(NO_TAG, (found, name?: string) => (name !== undefined ? `</${name}>` : found === '<' ? '&lt;' : found));

/**
 * Parses one element, such as an item of a feed.
 *
 * Names are not case-sensitive. A tag that is not closed ends with the element around it. Entities that XML does not
 * define are kept as they are.
 *
 * @param text the text from the element's opening tag to its closing tag
 * @throws HeadwaterError `HW_FEED` if the element is never closed, or nests elements more than 100 deep
 */
export const xmlElement = (text: string, around: XmlScope): XmlParent => {
  let attributes: Readonly<Record<string, string>> = {};
  let scope = around;
  // The namespace of the element itself. Children in the same namespace have names without a prefix.
  let own = '';
  const children: { -readonly [K in keyof XmlElement]: XmlElement[K] }[] = [];
  let depth = 0;
  let hidden = 0;
  // The open direct child: its name, and the scope inside it.
  let outer = '';
  let inner = around;
  let closed = false as boolean;
  /** Adds a child, and returns the scope inside it. */
  const add = (name: string, found: Readonly<Record<string, string>>, within: XmlScope, before = ''): XmlScope => {
    const inside = scopeIn(found, within);
    const { prefixes, bases } = inside;
    children.push({ name: before + canonicalName(name, prefixes, own), attributes: found, text: '', bases });
    return inside;
  };
  const isField = (name: string): boolean => FIELDS.has(canonicalName(name, scope.prefixes, own));
  const parser = new Parser(
    {
      onopentag: (name, found) => {
        depth++;
        if (depth === 1) {
          attributes = found;
          scope = scopeIn(found, around);
          own = namespaceOf(name, scope.prefixes);
        } else if (depth === 2) {
          inner = add(name, found, scope);
          outer = children.at(-1)?.name ?? '';
        } else if (depth === 3 && GROUPS.has(outer)) {
          add(name, found, inner, `${outer}/`);
        } else if (depth > DEEPEST) {
          throw new HeadwaterError('HW_FEED', `elements at most ${DEEPEST} deep`);
        } else if (LEAVES.has(outer) && isField(name)) {
          add(name, found, scope);
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
        // The parser also reports a self-closing tag as implied.
        if (depth === 0) closed = !implied || (children.length === 0 && text.endsWith('/>'));
      },
    },
    PARSING,
  );
  parser.end(withoutLoose(text));
  if (!closed) throw new HeadwaterError('HW_FEED', 'an element that closes');
  return { attributes, children, scope };
};
