import { Writable } from 'node:stream';

type Done = (error: Error | null | undefined) => void;

/** A stream that keeps what is written to it, at once or when it is let through. */
export class FakeStream extends Writable {
  text = '';
  readonly isTTY: boolean;
  columns: number | undefined;
  readonly #waiting: (() => void)[] = [];
  readonly #slow: boolean;

  constructor({
    isTTY = false,
    columns,
    slow = false,
    highWaterMark = 16_384,
  }: { isTTY?: boolean; columns?: number; slow?: boolean; highWaterMark?: number } = {}) {
    super({ highWaterMark, decodeStrings: false });
    this.isTTY = isTTY;
    this.columns = columns;
    this.#slow = slow;
  }

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }

  /**
   * Node calls back from a write in a later tick at the earliest, which virtual time does not know: where the stream
   * takes everything at once, it says so at once.
   */
  override write(chunk: string, done?: Done): boolean;
  override write(chunk: string, encoding: BufferEncoding, done?: Done): boolean;
  override write(chunk: string, first?: BufferEncoding | Done, second?: Done): boolean {
    const done = typeof first === 'function' ? first : second;
    if (this.#slow || this.destroyed) return super.write(chunk, done);
    this.text += chunk;
    done?.(null);
    return true;
  }

  override _write(chunk: string, _encoding: BufferEncoding, done: () => void): void {
    this.#waiting.push(() => {
      this.text += chunk;
      done();
    });
  }

  /** Lets one write through. */
  take(): void {
    this.#waiting.shift()?.();
  }

  /** Lets every write through, those that follow included. */
  takeAll(): void {
    while (this.#waiting.length > 0) this.take();
  }
}

/**
 * What a terminal shows after a text with carriage returns and erasures: the lines, the one that the cursor is in last.
 */
export const screen = (text: string): string[] => {
  const lines = [''];
  let column = 0;
  // Colours take no room.
  for (const [token] of text.replace(/\u001b\[[0-9;]*m/g, '').matchAll(/\u001b\[K|[\s\S]/gu)) {
    const last = lines.length - 1;
    const line = lines[last] ?? '';
    if (token === '\r') column = 0;
    else if (token === '\n') {
      lines.push('');
      column = 0;
    } else if (token === '\u001b[K') lines[last] = line.slice(0, column);
    else {
      lines[last] = line.slice(0, column) + token + line.slice(column + 1);
      column += 1;
    }
  }
  return lines;
};

/** A code that some system call failed with. */
export const systemError = (code: string, message = code): Error => Object.assign(new Error(message), { code });
