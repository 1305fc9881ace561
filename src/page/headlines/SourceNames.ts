/** The maximum number of names. */
const MOST = 5000;

/** An address without the parts that most addresses share, and without a password. */
const shortAddress = (source: string): string =>
  source.replace(/^[a-z+]+:\/\/(?:[^/@]*@)?(?:www\.)?/i, '').replace(/\/$/, '');

/** The names of the sources: their titles, or otherwise their addresses. */
export class SourceNames {
  readonly #titles = new Map<string, string>();

  /** The name of a source. */
  of(source: string): string {
    return this.#titles.get(source) ?? shortAddress(source);
  }

  /** Processes the title of a source; returns whether its name has changed. */
  heard(source: string, title: string | undefined): boolean {
    if (title === undefined || title.trim() === '' || this.#titles.get(source) === title) return false;
    if (this.#titles.size >= MOST && !this.#titles.has(source)) return false;
    this.#titles.set(source, title);
    return true;
  }
}
