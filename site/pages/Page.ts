/** A page of the site as it is handed to VitePress. */
export interface Page {
  /** Its path in the folder of pages, such as `reference/text/Tokenizer.md`. */
  readonly path: string;
  readonly markdown: string;
}

/** A group of links in the list of pages beside a page. */
export interface NavigationGroup {
  readonly text: string;
  readonly link?: string;
  readonly items: readonly { readonly text: string; readonly link: string }[];
}
