/** The most names that are kept. */
const MOST = 1000;

/** An address without what all have in common, and without a password. */
const shortAddress = (source: string): string =>
  source.replace(/^[a-z+]+:\/\/(?:[^/@]*@)?(?:www\.)?/i, '').replace(/\/$/, '');

/** What people call the sources: their titles, or else their addresses. */
export class SourceNames {
  readonly #titles = new Map<string, string>();

  /** The name of a source. */
  of(source: string): string {
    return this.#titles.get(source) ?? shortAddress(source);
  }

  /** A source says its title; whether it is another name than before. */
  heard(source: string, title: string | undefined): boolean {
    if (title === undefined || title.trim() === '' || this.#titles.get(source) === title) return false;
    if (this.#titles.size >= MOST && !this.#titles.has(source)) return false;
    this.#titles.set(source, title);
    return true;
  }
}
