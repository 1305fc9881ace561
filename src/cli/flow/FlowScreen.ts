import { Writable } from 'node:stream';
import type { TextStream } from '../../sinks/progress/ProgressOutput.js';

/** Moves the cursor up, and clears everything below it. */
const eraseLines = (count: number): string => (count === 0 ? '' : `\u001b[${count}A\u001b[J`);

/** A terminal whose last lines are a picture that is redrawn. Other output through `stream` appears above it. */
export class FlowScreen {
  /**
   * The stream for other output. It is not marked as a terminal, because other drawings would overwrite the picture.
   */
  readonly stream: TextStream;
  readonly #out: TextStream;
  #picture = '';
  #lines = 0;
  /** Whether the cursor is at the beginning of a line. */
  #atStart = true;

  constructor(out: TextStream) {
    this.#out = out;
    this.stream = new Writable({
      decodeStrings: false,
      write: (chunk: string | Buffer, _encoding, done) => {
        const text = chunk.toString();
        const erased = this.#erased();
        this.#atStart = text.endsWith('\n');
        out.write(erased + text + (this.#atStart ? this.#drawn() : ''), done);
      },
    });
  }

  show(picture: string): void {
    const erased = this.#erased();
    this.#picture = picture;
    if (this.#atStart) this.#out.write(erased + this.#drawn());
  }

  /** Stops drawing. The picture stays, and later output appears below it. */
  leave(): void {
    this.#lines = 0;
    this.#picture = '';
  }

  #erased(): string {
    const lines = this.#lines;
    this.#lines = 0;
    return eraseLines(lines);
  }

  #drawn(): string {
    if (this.#picture === '') return '';
    this.#lines = this.#picture.split('\n').length;
    return `${this.#picture}\n`;
  }
}
