import { parsedUrl } from '../../contracts/runtime/parsedUrl.js';
import type { Environment } from './wantsColors.js';

/** Terminals that set their name in the environment and support OSC 8 links. */
const PROGRAMS: ReadonlySet<string> = new Set(['iTerm.app', 'WezTerm', 'vscode', 'ghostty', 'Hyper', 'rio', 'zed']);
const TERMS = /^(?:xterm-kitty|xterm-ghostty|alacritty|foot|contour)/;

/** The first version of VTE (the terminal of GNOME and others) with links: 0.50. */
const VTE = 5000;

/**
 * Whether a terminal supports OSC 8 links, according to its environment. Other terminals may show the escape sequences
 * as text.
 *
 * `FORCE_HYPERLINK` overrides this: `0` means no links.
 *
 * @see https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda (Hyperlinks in terminal emulators)
 */
export const showsLinks = (stream: { readonly isTTY?: boolean | undefined }, env: Environment): boolean => {
  const forced = env['FORCE_HYPERLINK'];
  if (forced !== undefined && forced !== '') return forced !== '0';
  const { TERM = '', TERM_PROGRAM = '', VTE_VERSION, WT_SESSION, KONSOLE_VERSION, TMUX, STY } = env;
  if (stream.isTTY !== true || TERM === 'dumb' || env['CI'] !== undefined) return false;
  // tmux and screen run inside the terminal that the other variables describe, and may not pass links on.
  if (TMUX !== undefined || STY !== undefined) return false;
  if (WT_SESSION !== undefined || KONSOLE_VERSION !== undefined) return true;
  return PROGRAMS.has(TERM_PROGRAM) || TERMS.test(TERM) || Number(VTE_VERSION ?? 0) >= VTE;
};

const OPEN = '\u001b]8;;';
const CLOSE = '\u001b\\';

/** The text as a link. A normalized URL contains no control characters. */
export const linkTo = ({ href }: URL, text: string): string => `${OPEN}${href}${CLOSE}${text}${OPEN}${CLOSE}`;

/** The text as a link if the address is http or https; otherwise the text unchanged. */
export const linked = (text: string, address: string | undefined): string => {
  const url = address === undefined ? undefined : parsedUrl(address);
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? linkTo(url, text) : text;
};
