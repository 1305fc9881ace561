/** A key that was pressed. */
export interface WatchKey {
  /** What it is called: `up`, `down`, `pageup`, `pagedown`, `home`, `end`, `return`, `escape`, `backspace`, `space`; else its letter. */
  readonly name: string;
  /** What it types; empty where it types nothing. */
  readonly text: string;
}

/** What a key asks for that the view cannot do itself. */
export type WatchAction =
  /** To end. */
  | { readonly type: 'quit' }
  /** To open an article. */
  | { readonly type: 'open'; readonly link: string };
