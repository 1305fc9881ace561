/** Entities that feeds and scrapers leave, by name. */
const NAMED: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
  ['hellip', '...'],
  ['mdash', '—'],
  ['ndash', '–'],
  ['lsquo', "'"],
  ['rsquo', "'"],
  ['ldquo', '"'],
  ['rdquo', '"'],
  ['laquo', '«'],
  ['raquo', '»'],
  ['bull', '•'],
  ['middot', '·'],
  ['copy', '©'],
  ['reg', '®'],
  ['trade', '™'],
  ['euro', '€'],
  ['pound', '£'],
  ['cent', '¢'],
  ['deg', '°'],
  ['shy', ''],
]);

/** With its `&` or without: some scrapers lose it. Without, a name must not be the end of a longer word,
 * and nothing must be what is left of `&amp;lt;`. */
const ENTITY = new RegExp(
  String.raw`(?:&|(?<!;))#(?:(\d{1,7})|[xX]([\da-fA-F]{1,6}));|(?:&|(?<![\p{L}\p{M}\p{N};]))(${[...NAMED.keys()].join('|')});`,
  'gu',
);

const TAG = /<[!/]?[A-Za-z][^<>]{0,500}>|<!--.{0,500}?-->/gsu;
const BACKSLASHES = /\\+([^\p{L}\p{M}\p{N}\s]?)/gu;
/** Typographic apostrophes, and the letter that some use for one. */
const APOSTROPHES = /[\u2018\u2019\u201b\u02bc\u2032]/g;
const QUOTES = /[\u201c-\u201f\u2033]/g;
/** Invisible characters that are no part of any word. The joiners are kept, and so is what flags are made of. */
const INVISIBLE = /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb]+/g;

/** What a repair may be needed for; a text without any of these, and of ASCII alone, stays as it is. */
const SUSPECT = /[^\t -~]|[#&;<\\]/;

/** Whether `repairText` may have something to do. */
export const maybeDamaged = (text: string): boolean => SUSPECT.test(text);

const decoded = (entity: string, decimal?: string, hexadecimal?: string, name?: string): string => {
  if (name !== undefined) return NAMED.get(name) ?? entity;
  const point = decimal === undefined ? parseInt(hexadecimal ?? '', 16) : Number(decimal);
  // Controls, halves of pairs and what is beyond Unicode stand for no character.
  const isCharacter =
    point > 31 && point <= 0x10ffff && !(point >= 0x7f && point < 0xa0) && (point & ~0x7ff) !== 0xd800;
  return isCharacter ? String.fromCodePoint(point) : ' ';
};

/**
 * Repairs what feeds and scrapers leave in a text, and brings what is written in two ways into one.
 *
 * In this order: character references (`&amp;`, `&#8217;`, and without their ampersand `#39;` and `quot;`), twice, since
 * some are escaped twice; tags (`<b>`, and `&lt;b&gt;`); backslashes, which leave what they stand before (`\$`);
 * Unicode's normalization form NFKC, which makes full-width letters, ligatures and composed letters one; typographic
 * apostrophes and quotation marks become `'` and `"`; invisible characters leave, but for joiners.
 *
 * The time is linear in the text's length.
 */
export const repairText = (text: string): string => {
  let repaired = text;
  if (repaired.includes(';')) repaired = repaired.replace(ENTITY, decoded).replace(ENTITY, decoded);
  if (repaired.includes('<')) repaired = repaired.replace(TAG, ' ');
  if (repaired.includes('\\'))
    repaired = repaired.replace(BACKSLASHES, (_, mark: string) => (mark === '' ? ' ' : mark));
  return repaired.normalize('NFKC').replace(APOSTROPHES, "'").replace(QUOTES, '"').replace(INVISIBLE, '');
};
