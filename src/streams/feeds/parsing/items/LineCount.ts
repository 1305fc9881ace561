/** Finds the line and byte of positions in a text in one pass; the positions must be asked for in ascending order. */
export class LineCount {
  readonly #text: string;
  #index = 0;
  #line = 1;
  #byte = 0;
  /** The index of the next line break; Infinity if there is none, so that the text is searched only once. */
  #break: number;

  constructor(text: string) {
    this.#text = text;
    this.#break = this.#breakFrom(0);
  }

  /**
   * The line (from 1) and the UTF-8 byte offset of the character at an index.
   *
   * @param index not less than the index of the previous call
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
