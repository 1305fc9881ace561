import { isObject } from '../../internal/isObject.js';
import { isRendered } from '../../feeds/parsing/json/jsonItem.js';
import { plainLine } from '../../feeds/parsing/text/titleText.js';
import { foldedName, TITLE_NAMES } from '../../table/columnNames.js';

type Fields = Readonly<Record<string, unknown>>;

/** The rank of a name among the common names of text columns, the likeliest first. */
const RANKS: ReadonlyMap<string, number> = new Map(TITLE_NAMES.map((name, rank) => [foldedName(name), rank]));

/** The ranks of names as written. Messages of a stream have the same names, and folding one takes microseconds. */
const known = new Map<string, number>();
/** The most names in it, because a stream may have ever new ones. */
const MOST_KNOWN = 1000;

const rankOf = (name: string): number => {
  const found = known.get(name);
  if (found !== undefined) return found;
  const rank = RANKS.get(foldedName(name)) ?? Infinity;
  if (known.size < MOST_KNOWN) known.set(name, rank);
  return rank;
};

/** Names of objects around a headline: of CloudEvents, of change streams (Debezium), and of APIs. */
const ENVELOPES = ['data', 'payload', 'after', 'record', 'event', 'item', 'detail', 'message', 'attributes', 'fields'];
/** The most objects around a headline. */
const DEEPEST = 3;

/** Names of the text within a title that is an object: WordPress has `{ "rendered": "…" }`. */
const TEXTS = ['rendered', 'main', 'text', 'value', 'name'];

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

/** The end of an element, which plain text does not have. */
const HTML = /<\/[a-z][a-z0-9]*\s*>/i;

/** The text of a field; undefined if it has none. Titles are rarely HTML, and may be about it. */
const textOf = (name: string, value: unknown): string | undefined => {
  const text = isObject(value) ? TEXTS.map((inner) => value[inner]).find(isText) : isText(value) ? value : undefined;
  const isHtml = isRendered(value) || (name !== 'title' && HTML.test(text ?? ''));
  const plain = text !== undefined && isHtml ? plainLine(text, 'html') : text;
  return plain === '' ? undefined : plain;
};

/** The text of the likeliest field of an object. */
const titleIn = (fields: Fields): string | undefined => {
  const { title } = fields;
  if (isText(title)) return title;
  let best: string | undefined;
  let bestRank = Infinity;
  for (const [name, value] of Object.entries(fields)) {
    const rank = rankOf(name);
    if (rank >= bestRank) continue;
    const text = textOf(name, value);
    if (text === undefined) continue;
    [best, bestRank] = [text, rank];
  }
  return best;
};

/** A headline in JSON, and the text to classify. */
export interface TitledFields {
  /** The object that has the text, with the fields of the objects around it. */
  readonly fields: Fields;
  readonly title: string;
}

/**
 * Finds the text to classify in a JSON object, by the names that tables have too: `title`, `headline`, `text`,
 * `content` and so on, in any case. The text may be in an object within others, such as `data` or `payload`.
 *
 * @returns undefined if there is none
 */
export const titledFields = (fields: Fields, depth = 0): TitledFields | undefined => {
  const title = titleIn(fields);
  if (title !== undefined) return { fields, title };
  if (depth === DEEPEST) return undefined;
  for (const name of ENVELOPES) {
    const inner = fields[name];
    if (!isObject(inner)) continue;
    const found = titledFields(inner, depth + 1);
    if (found !== undefined) return { fields: { ...fields, ...found.fields }, title: found.title };
  }
  return undefined;
};
