import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import type { DeclaredEntities } from '../items/FeedOutline.js';

/** In characters. The expanded entities of one item may be as long as this in total. */
const LONGEST = 100_000;

/** Entities whose values use other entities may be nested as deep as this. */
const DEEPEST = 16;

const DECLARATION = /<!ENTITY\s+([^\s"'<>%&;]{1,100})\s+(?:"([^"]{0,10000})"|'([^']{0,10000})'|(?:SYSTEM|PUBLIC)\s)/y;

const CDATA = '<![CDATA[';
const CDATA_END = ']]>';

/** A value with its character references decoded: XML decodes these once, where the entity is declared. */
const decodedReferences = (value: string): string =>
  value.replace(/&#(?:(\d{1,7})|x([\da-f]{1,6}));/gi, (written, decimal?: string, hex?: string) => {
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    return code > 0x10ffff ? written : String.fromCodePoint(code);
  });

/** The declaration of an entity at an index of a document type; undefined if there is none. */
export const declarationAt = (
  text: string,
  index: number,
): { readonly name: string; readonly value: string | undefined } | undefined => {
  DECLARATION.lastIndex = index;
  const [, name, double, single] = DECLARATION.exec(text) ?? [];
  if (name === undefined) return undefined;
  const value = double ?? single;
  return { name, value: value === undefined ? undefined : decodedReferences(value) };
};

/**
 * Expands the entities that a feed declares itself, outside of CDATA sections. Nothing is fetched: an entity whose
 * value is in another file stays as it is.
 *
 * @throws HeadwaterError `HW_FEED` if the values are longer than 100,000 characters in total, or nested more than 16
 *   deep
 */
export const expandEntities = (text: string, declared: DeclaredEntities): string => {
  if (declared.size === 0 || !text.includes('&')) return text;
  let left = LONGEST;
  const expand = (part: string, depth: number): string =>
    part.replace(/&([^\s"'<>%&;#]{1,100});/g, (reference, name: string) => {
      const value = declared.get(name);
      if (value === undefined) return reference;
      // A reference to an empty value takes time as well.
      left -= value.length + 1;
      if (left < 0) throw new HeadwaterError('HW_FEED', `entities of at most ${LONGEST} characters`);
      if (depth === DEEPEST) throw new HeadwaterError('HW_FEED', `entities at most ${DEEPEST} deep`);
      return expand(value, depth + 1);
    });
  const parts = text.split(CDATA_END);
  return parts
    .map((part, index) => {
      const start = index === parts.length - 1 ? -1 : part.indexOf(CDATA);
      return start < 0 ? expand(part, 0) : expand(part.slice(0, start), 0) + part.slice(start);
    })
    .join(CDATA_END);
};
