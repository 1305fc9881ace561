import { isLeft } from 'fp-ts/lib/Either.js';
import type { LiveHeadline } from '../../../contracts/live/Live.js';
import type { Rejection } from '../../../contracts/rows/Rejection.js';
import { excerpt } from '../../internal/excerpt.js';
import { decodeHeadline, withReadableFields } from '../headlineJson.js';
import { isArrayText, isObjectText } from './recordsOf.js';

/** Where a record stands in its source, for its rejection; empty where there are no lines. */
export interface RecordPlace {
  readonly line?: number | undefined;
  readonly byte?: number | undefined;
}

/** A record of a message has no line. */
export const NO_PLACE: RecordPlace = {};

const shown = (value: unknown): string => {
  const bytes = Buffer.from(
    typeof value === 'string' ? value : value === undefined ? 'nothing' : JSON.stringify(value),
  );
  return excerpt(bytes, 0, bytes.length);
};

/** Makes headlines of records, numbers them, and rejects the records that are none. */
export class HeadlineDecoder {
  readonly #source: string;
  readonly #now: () => number;
  readonly #next: (headline: LiveHeadline) => void;
  readonly #reject: (rejection: Rejection) => void;
  #headlines = 0;
  #records = 0;

  /**
   * @param source what the source is called
   * @param now the time, in milliseconds since 1970
   * @param next takes each headline
   * @param reject takes each rejection; what it throws is thrown by whatever was called
   */
  constructor(
    source: string,
    now: () => number,
    next: (headline: LiveHeadline) => void,
    reject: (rejection: Rejection) => void,
  ) {
    this.#source = source;
    this.#now = now;
    this.#next = next;
    this.#reject = reject;
  }

  /** How many headlines were handed on. */
  get headlines(): number {
    return this.#headlines;
  }

  /** Takes a title, as it is. */
  title(title: string, guid?: string): void {
    this.#records++;
    this.#hand(title, guid, undefined, undefined, undefined);
  }

  /**
   * Takes the text of a JSON object.
   *
   * @param guid what the headline is known by where it does not say so itself
   */
  json(text: string, place: RecordPlace, guid?: string): void {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      this.#fault('item', place, undefined, 'a JSON object', text);
      return;
    }
    // To io-ts an array is an object, too.
    const decoded = decodeHeadline(Array.isArray(value) ? undefined : withReadableFields(value, this.#source));
    if (isLeft(decoded)) {
      const { field, expected, got } = decoded.left;
      this.#fault(field === undefined ? 'item' : 'field', place, field, expected, field === undefined ? text : got);
      return;
    }
    this.#records++;
    const { title, link, published, category } = decoded.right;
    this.#hand(title, decoded.right.guid ?? guid, link, published, category);
  }

  /**
   * Takes a record that may be either: an object begins with a brace. A JSON array is neither. `[DONE]` says that a
   * stream of events is at its end, and is passed over.
   */
  either(text: string, place: RecordPlace, guid?: string): void {
    if (text.trim() === '[DONE]') return;
    if (isArrayText(text)) this.#fault('item', place, undefined, 'a title or a JSON object', text);
    else if (isObjectText(text)) this.json(text, place, guid);
    else this.title(text, guid);
  }

  /** Takes a record that could not even be cut out. */
  reject(rejection: Omit<Rejection, 'type' | 'id' | 'source' | 'field'>): void {
    this.#reject({ ...rejection, type: 'rejection', id: this.#records++, source: this.#source, field: undefined });
  }

  #fault(
    reason: 'item' | 'field',
    { line, byte }: RecordPlace,
    field: string | undefined,
    expected: string,
    got: unknown,
  ): void {
    this.#reject({
      type: 'rejection',
      reason,
      id: this.#records++,
      source: this.#source,
      line,
      byte,
      field,
      expected,
      got: shown(got),
    });
  }

  #hand(
    title: string,
    guid: string | undefined,
    link: string | undefined,
    published: number | undefined,
    category: string | undefined,
  ): void {
    this.#next({
      id: this.#headlines++,
      title,
      source: this.#source,
      guid,
      link,
      published,
      seen: this.#now(),
      category,
    });
  }
}
