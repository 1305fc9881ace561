/** A key press. */
export interface WatchKey {
  /**
   * The key's name: `up`, `down`, `pageup`, `pagedown`, `home`, `end`, `return`, `escape`, `backspace`, `space`; for
   * other keys their letter. Keys that are held with it come first: `ctrl-l`, `alt-q`. A pasted text is the key
   * `paste`.
   */
  readonly name: string;
  /** The text that the key types; empty if it types none. */
  readonly text: string;
}

/** An action of a key that the view cannot do itself. */
export type WatchAction =
  /** To quit. */
  | { readonly type: 'quit' }
  /** To open an article. */
  | { readonly type: 'open'; readonly link: string };
