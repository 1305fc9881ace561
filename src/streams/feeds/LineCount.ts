/** Tells the line and the byte of places in a text, asked for from its beginning to its end, in one pass. */
export class LineCount {
  readonly #text: string;
  #index = 0;
  #line = 1;
  #byte = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /**
   * The line, from 1, and the offset in UTF-8, of the character at an index.
   *
   * @param index not below the one asked for before
   */
  at(index: number): { readonly line: number; readonly byte: number } {
    for (let i = this.#text.indexOf('\n', this.#index); i >= 0 && i < index; i = this.#text.indexOf('\n', i + 1)) this.#line++;
    this.#byte += Buffer.byteLength(this.#text.slice(this.#index, index));
    this.#index = index;
    return { line: this.#line, byte: this.#byte };
  }
}
