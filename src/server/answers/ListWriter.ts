import type { ServerResponse } from 'node:http';
import type { BrotliCompress, Gzip } from 'node:zlib';
import type { Valve } from '../../contracts/flow/Valve.js';
import { pacedWriter } from '../../sinks/terminal/pacedWriter.js';
import { acceptedEncoding, compressor } from '../http/encodings.js';
import { type BodyForm, TYPE_OF } from '../http/mediaTypes.js';

/** The text before the first item, between two items, after each item, and after the last item. */
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
 * Writes items to a response as they arrive, as a JSON array or JSON lines.
 *
 * All items of one turn of the event loop are written as one chunk. One chunk for each item would cost more than the
 * classification.
 */
export class ListWriter {
  readonly #response: ServerResponse;
  /** Compresses the response; undefined if it is not compressed. */
  readonly #compressor: BrotliCompress | Gzip | undefined;
  readonly #write: (text: string) => void;
  readonly #frame: (typeof FRAMES)[BodyForm];
  #pending = '';
  #begun = false;
  #turn: NodeJS.Immediate | undefined;

  /**
   * Starts the response.
   *
   * @param brake held while the client reads too slowly
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

  /** Adds items, each as JSON. */
  add(items: readonly string[]): void {
    if (items.length === 0) return;
    const { between, ending } = this.#frame;
    this.#pending += (this.#begun ? between : '') + items.join(ending + between) + ending;
    this.#begun = true;
    this.#turn ??= setImmediate(() => this.#flush());
  }

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
    // Flushes the compressor, because the client waits for these items.
    this.#compressor?.flush();
  }
}
