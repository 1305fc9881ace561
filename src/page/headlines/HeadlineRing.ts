/** A headline in the memory of the page. */
export interface SeenHeadline {
  /** The number of headlines that arrived at the page before it. It is unique. */
  readonly ordinal: number;
  readonly title: string;
  /** The class's index. */
  readonly category: number;
  /** The probability of that class. */
  readonly probability: number;
  /** The time at which the server first saw it, in milliseconds since 1970. */
  readonly seen: number;
  /** Whether the model knows none of its tokens, so that its class is a guess. */
  readonly unread: boolean;
  readonly source: string;
  readonly link: string | undefined;
  /** Its id in its source. */
  readonly guid: string | undefined;
  /** Its key on the server; undefined if it has none. */
  readonly key: string | undefined;
}

/**
 * The last headlines, stored in columns. A headline takes its texts and about 20 bytes.
 *
 * Each headline has a fixed serial number, from 0. New headlines replace the oldest ones.
 */
export class HeadlineRing {
  readonly capacity: number;
  readonly #titles: (string | undefined)[];
  readonly #links: (string | undefined)[];
  readonly #guids: (string | undefined)[];
  readonly #keys: (string | undefined)[];
  readonly #ordinals: Float64Array;
  readonly #categories: Int16Array;
  readonly #probabilities: Float32Array;
  readonly #seen: Float64Array;
  readonly #unread: Uint8Array;
  readonly #sources: (string | undefined)[];
  #end = 0;

  /** @param capacity the maximum number of headlines */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.#titles = new Array<string | undefined>(capacity);
    this.#links = new Array<string | undefined>(capacity);
    this.#guids = new Array<string | undefined>(capacity);
    this.#keys = new Array<string | undefined>(capacity);
    this.#ordinals = new Float64Array(capacity);
    this.#categories = new Int16Array(capacity);
    this.#probabilities = new Float32Array(capacity);
    this.#seen = new Float64Array(capacity);
    this.#unread = new Uint8Array(capacity);
    this.#sources = new Array<string | undefined>(capacity);
  }

  /** The serial number of the next headline: the number of headlines so far. */
  get end(): number {
    return this.#end;
  }

  /** The serial number of the oldest headline in the ring. */
  get first(): number {
    return Math.max(0, this.#end - this.capacity);
  }

  /** The number of headlines in the ring. */
  get size(): number {
    return this.#end - this.first;
  }

  push({ ordinal, title, category, probability, seen, unread, source, link, guid, key }: SeenHeadline): void {
    const place = this.#end++ % this.capacity;
    this.#titles[place] = title;
    this.#links[place] = link;
    this.#guids[place] = guid;
    this.#keys[place] = key;
    this.#ordinals[place] = ordinal;
    this.#categories[place] = category;
    this.#probabilities[place] = probability;
    this.#seen[place] = seen;
    this.#unread[place] = unread ? 1 : 0;
    this.#sources[place] = source;
  }

  /** The headline with a serial number; undefined if it was replaced or does not exist yet. */
  at(serial: number): SeenHeadline | undefined {
    if (serial < this.first || serial >= this.#end) return undefined;
    const place = serial % this.capacity;
    return {
      ordinal: this.#ordinals[place]!,
      title: this.#titles[place] ?? '',
      link: this.#links[place],
      guid: this.#guids[place],
      key: this.#keys[place],
      category: this.#categories[place]!,
      probability: this.#probabilities[place]!,
      seen: this.#seen[place]!,
      unread: this.#unread[place] === 1,
      source: this.#sources[place] ?? '',
    };
  }

  /** The serial number of the headline with an ordinal; undefined if it is not in the ring. */
  serialOf(ordinal: number): number | undefined {
    for (let serial = this.first; serial < this.#end; serial++)
      if (this.#ordinals[serial % this.capacity] === ordinal) return serial;
    return undefined;
  }

  /** All headlines in the ring, the last one first. */
  fromTop(): readonly SeenHeadline[] {
    return Array.from({ length: this.size }, (_, row) => this.at(this.#end - 1 - row)).filter(
      (headline) => headline !== undefined,
    );
  }
}
