import { isLeft } from 'fp-ts/lib/Either.js';
import type { LiveHeadline } from '../../../contracts/live/Live.js';
import { described } from '../../../contracts/messages/described.js';
import type { Rejection } from '../../../contracts/rows/Rejection.js';
import { excerpt } from '../../internal/excerpt.js';
import { decodeHeadline, withReadableFields } from '../headlineJson.js';
import { isArrayText, isObjectText } from './recordsOf.js';

/** The place of a record in its source, for its rejection; empty if the source has no lines. */
export interface RecordPlace {
  readonly line?: number | undefined;
  readonly byte?: number | undefined;
}

/** The place of a record in a message: a message has no lines. */
export const NO_PLACE: RecordPlace = {};

/** A value for the `got` of a rejection: a text is quoted as it is. */
const shown = (value: unknown): string => {
  if (typeof value !== 'string') return described(value, 'nothing');
  const bytes = Buffer.from(value);
  return excerpt(bytes, 0, bytes.length);
};

/** Converts records into numbered headlines, and rejects the other records. */
export class HeadlineDecoder {
  readonly #source: string;
  readonly #now: () => number;
  readonly #next: (headline: LiveHeadline) => void;
  readonly #reject: (rejection: Rejection) => void;
  #headlines = 0;
  #records = 0;

  /**
   * @param source the name of the source
   * @param now returns the time in milliseconds since 1970
   * @param next receives each headline
   * @param reject receives each rejection; an error that it throws is thrown by the method that was called
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

  /** How many headlines were emitted. */
  get headlines(): number {
    return this.#headlines;
  }

  /** Emits a title, unchanged. */
  title(title: string, guid?: string): void {
    this.#records++;
    this.#hand(title, guid, undefined, undefined, undefined);
  }

  /**
   * Decodes the text of a JSON object.
   *
   * @param guid the guid of the headline if the object has none
   */
  json(text: string, place: RecordPlace, guid?: string): void {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      this.#fault('item', place, undefined, 'a JSON object', text);
      return;
    }
    // io-ts accepts an array as an object, so arrays are excluded here.
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
   * Handles a record that is a title or a JSON object: an object begins with a brace. A JSON array is neither. `[DONE]`
   * marks the end of a stream of events and is skipped.
   */
  either(text: string, place: RecordPlace, guid?: string): void {
    if (text.trim() === '[DONE]') return;
    if (isArrayText(text)) this.#fault('item', place, undefined, 'a title or a JSON object', text);
    else if (isObjectText(text)) this.json(text, place, guid);
    else this.title(text, guid);
  }

  /** Rejects a record that was too long or not UTF-8, and so was not decoded. */
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
