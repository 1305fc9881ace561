/** Finds the ends of what an opening and a closing mark enclose: comments, CDATA sections, processing instructions. */
export class Sections {
  readonly #text: string;
  // Closings that do not occur any more are not searched for again. Otherwise a text full of openings would be searched
  // once for each.
  readonly #missing = new Set<string>();

  constructor(text: string) {
    this.#text = text;
  }

  /**
   * The index after the section that begins at `from`. A section that is never closed ends right after its opening, so
   * that the rest of the text is not lost.
   */
  end(from: number, opening: string, closing: string): number {
    const inside = from + opening.length;
    const end = this.#missing.has(closing) ? -1 : this.#text.indexOf(closing, inside);
    if (end >= 0) return end + closing.length;
    this.#missing.add(closing);
    return inside;
  }
}
