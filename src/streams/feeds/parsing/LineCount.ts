/** Tells the line and the byte of places in a text, asked for from its beginning to its end, in one pass. */
export class LineCount {
  readonly #text: string;
  #index = 0;
  #line = 1;
  #byte = 0;
  /** The next line break; Infinity where none is left, so that it is looked for once. */
  #break: number;

  constructor(text: string) {
    this.#text = text;
    this.#break = this.#breakFrom(0);
  }

  /**
   * The line, from 1, and the offset in UTF-8, of the character at an index.
   *
   * @param index not below the one asked for before
   */
  at(index: number): { readonly line: number; readonly byte: number } {
    for (; this.#break < index; this.#break = this.#breakFrom(this.#break + 1)) this.#line++;
    this.#byte += Buffer.byteLength(this.#text.slice(this.#index, index));
    this.#index = index;
    return { line: this.#line, byte: this.#byte };
  }

  #breakFrom(index: number): number {
    const found = this.#text.indexOf('\n', index);
    return found < 0 ? Infinity : found;
  }
}
