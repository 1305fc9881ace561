import type { LivePrediction } from '../../../contracts/live/Live.js';
import type { WatchAction, WatchKey } from '../WatchKey.js';

/** The headlines that a frame shows, and the text of its last line. */
export interface WatchListing {
  readonly headlines: readonly LivePrediction[];
  /** The index of the selected headline; undefined if none is selected. */
  readonly chosen: number | undefined;
  /** The explanation of the keys, or the text being typed; undefined if there are no keys. */
  readonly hint: string | undefined;
  /** Whether the flow is shown in place of the headlines. Default false. */
  readonly showsFlow?: boolean | undefined;
}

/** The number of headlines that Page Up and Page Down move by. */
const PAGE = 10;

/** The most characters of a filter. */
const LONGEST = 100;

const KEYS = 'q quits, space pauses, arrows choose, enter opens the link, / filters';
const FLOW_KEY = ', f shows the flow';

/** A text without the difference of case, and of the ways to write the same letter; the same for every language. */
const folded = (text: string): string => text.normalize('NFKC').toLowerCase();

/**
 * The effect of the keys on a list of headlines: it can be paused, one headline selected, and others filtered out.
 *
 * @internal
 */
export class WatchControls {
  /** The list when it was paused, and the number of headlines shown until then. */
  #held: { readonly headlines: readonly LivePrediction[]; readonly shown: number } | undefined;
  #chosen: LivePrediction | undefined;
  #words: readonly string[] = [];
  #typed: string | undefined;
  #said = '';
  readonly #hasFlow: boolean;
  readonly #titleOf: (source: string) => string | undefined;
  #showsFlow = false;

  /**
   * @param hasFlow whether there is a flow to show
   * @param titleOf the title of a source
   */
  constructor(hasFlow = false, titleOf: (source: string) => string | undefined = () => undefined) {
    this.#hasFlow = hasFlow;
    this.#titleOf = titleOf;
  }

  /**
   * Handles a key press.
   *
   * @param newest the headlines, the newest first
   * @param shown the number of headlines shown so far
   */
  press(key: WatchKey, newest: readonly LivePrediction[], shown: number): WatchAction | undefined {
    this.#said = '';
    if (this.#typed !== undefined) {
      this.#type(key, this.#typed);
      return undefined;
    }
    if (this.#showsFlow && key.name !== 'q') {
      if (key.name === 'f' || key.name === 'escape') this.#showsFlow = false;
      return undefined;
    }
    const list = this.#list(newest);
    const at = this.#chosen === undefined ? -1 : list.indexOf(this.#chosen);
    const choose = (index: number): void => {
      this.#hold(newest, shown);
      this.#chosen = list[Math.max(0, Math.min(list.length - 1, index))];
    };
    switch (key.name) {
      case 'q':
        return { type: 'quit' };
      case 'space':
        if (this.#held === undefined) this.#hold(newest, shown);
        else this.#release();
        break;
      case 'escape':
        this.#release();
        this.#words = [];
        break;
      case 'up':
        choose(at - 1);
        break;
      case 'down':
        choose(at + 1);
        break;
      case 'pageup':
        choose(at - PAGE);
        break;
      case 'pagedown':
        choose(Math.max(0, at) + PAGE);
        break;
      case 'home':
        choose(0);
        break;
      case 'end':
        choose(list.length - 1);
        break;
      case 'f':
        this.#showsFlow = this.#hasFlow;
        break;
      case '/':
        this.#typed = this.#words.join(' ');
        break;
      case 'return':
        return this.#open(list[at]);
    }
    return undefined;
  }

  /** What the frame shows now. */
  listing(newest: readonly LivePrediction[], shown: number): WatchListing {
    const headlines = this.#list(newest);
    const at = this.#chosen === undefined ? -1 : headlines.indexOf(this.#chosen);
    return {
      headlines,
      chosen: at < 0 ? undefined : at,
      hint: this.#hint(shown),
      ...(this.#showsFlow ? { showsFlow: true } : {}),
    };
  }

  #list(newest: readonly LivePrediction[]): readonly LivePrediction[] {
    const all = this.#held?.headlines ?? newest;
    return this.#words.length === 0 ? all : all.filter((prediction) => this.#hasWords(prediction));
  }

  /** Whether a headline has all the words in its title, its class, or the title or address of its source. */
  #hasWords({ headline: { title, source }, category }: LivePrediction): boolean {
    const text = folded(`${title}\n${category}\n${this.#titleOf(source) ?? ''}\n${source}`);
    return this.#words.every((word) => text.includes(word));
  }

  /** Pauses the list, so that rows do not move while one of them is selected. */
  #hold(newest: readonly LivePrediction[], shown: number): void {
    this.#held ??= { headlines: newest, shown };
  }

  #release(): void {
    this.#held = undefined;
    this.#chosen = undefined;
  }

  #type({ name, text }: WatchKey, typed: string): void {
    if (name === 'return') this.#typed = undefined;
    else if (name === 'escape') {
      this.#typed = undefined;
      this.#words = [];
    } else {
      this.#typed = name === 'backspace' ? typed.replace(/.$/su, '') : `${typed}${text}`.slice(0, LONGEST);
      this.#words = folded(this.#typed).split(/\s+/).filter(Boolean);
    }
  }

  #open(prediction: LivePrediction | undefined): WatchAction | undefined {
    // Enter without a selected headline has no effect.
    if (prediction === undefined) return undefined;
    const { link } = prediction.headline;
    if (link === undefined) {
      this.#said = 'This headline has no link.';
      return undefined;
    }
    this.#said = link;
    return { type: 'open', link };
  }

  #hint(shown: number): string {
    if (this.#typed !== undefined) return `/${this.#typed}_ (enter keeps the filter, escape clears it)`;
    if (this.#showsFlow) return 'f or escape shows the headlines again';
    const filter = this.#words.length === 0 ? '' : `filter: ${this.#words.join(' ')}; `;
    if (this.#said !== '') return this.#said;
    if (this.#held === undefined)
      return filter === '' ? `${KEYS}${this.#hasFlow ? FLOW_KEY : ''}` : `${filter}escape clears it`;
    return (
      `${filter}paused, ${(shown - this.#held.shown).toLocaleString('en-US')} ` +
      'new; escape continues, enter opens the link'
    );
  }
}
