import type { ServerResponse } from 'node:http';
import type { BrotliCompress, Gzip } from 'node:zlib';
import type { Valve } from '../../contracts/flow/Valve.js';
import { pacedWriter } from '../../sinks/terminal/pacedWriter.js';
import { acceptedEncoding, compressor } from '../http/encodings.js';
import { type BodyForm, TYPE_OF } from '../http/mediaTypes.js';

/** What stands before the first item, between two, after each, and after the last. */
const FRAMES: Readonly<
  Record<
    BodyForm,
    { readonly before: string; readonly between: string; readonly ending: string; readonly after: string }
  >
> = {
  json: { before: '[', between: ',', ending: '', after: ']' },
  lines: { before: '', between: '', ending: '\n', after: '' },
};

/**
 * Writes items to an answer as they come: a JSON array, or JSON lines.
 *
 * What comes in one turn of the event loop goes out in one piece: a chunk for each of a batch's answers would cost more
 * than the answers.
 */
export class ListWriter {
  readonly #response: ServerResponse;
  /** What compresses the answer; undefined where it goes out as it is. */
  readonly #compressor: BrotliCompress | Gzip | undefined;
  readonly #write: (text: string) => void;
  readonly #frame: (typeof FRAMES)[BodyForm];
  #pending = '';
  #begun = false;
  #turn: NodeJS.Immediate | undefined;

  /**
   * Begins the answer.
   *
   * @param brake held while the client is behind with reading
   */
  constructor(response: ServerResponse, form: BodyForm, brake: Valve) {
    this.#response = response;
    this.#frame = FRAMES[form];
    response.appendHeader('vary', 'accept-encoding');
    const encoding = acceptedEncoding(response.req.headers['accept-encoding']);
    if (encoding !== undefined) {
      const made = compressor(encoding);
      made.pipe(response);
      response.once('close', () => made.destroy());
      response.setHeader('content-encoding', encoding);
      this.#compressor = made;
    }
    this.#write = pacedWriter(this.#compressor ?? response, brake);
    response.writeHead(200, { 'content-type': TYPE_OF[form] });
    this.#pending = this.#frame.before;
  }

  /** Takes items, each as JSON. */
  add(items: readonly string[]): void {
    if (items.length === 0) return;
    const { between, ending } = this.#frame;
    this.#pending += (this.#begun ? between : '') + items.join(ending + between) + ending;
    this.#begun = true;
    this.#turn ??= setImmediate(() => this.#flush());
  }

  /** Ends the answer. */
  end(): void {
    clearImmediate(this.#turn);
    if (this.#response.destroyed) return;
    (this.#compressor ?? this.#response).end(this.#pending + this.#frame.after);
  }

  #flush(): void {
    this.#turn = undefined;
    if (this.#response.destroyed) return;
    this.#write(this.#pending);
    this.#pending = '';
    // Sends what was written, because the client waits for it.
    this.#compressor?.flush();
  }
}
