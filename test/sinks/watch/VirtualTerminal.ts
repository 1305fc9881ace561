import { FakeStream } from '../FakeStream.js';

/** What is drawn as one frame stands between these two. */
const FRAME = /\u001b\[\?2026h([\s\S]*?)\u001b\[\?2026l/g;

/**
 * A terminal that keeps what it is sent, and shows what a real one would: cursor up, erasures and colours are all that
 * it knows.
 */
export class VirtualTerminal extends FakeStream {
  rows: number;

  constructor({ columns = 100, rows = 24, slow = false }: { columns?: number; rows?: number; slow?: boolean } = {}) {
    super({ isTTY: true, columns, slow, highWaterMark: slow ? 1 : 1 << 20 });
    this.rows = rows;
  }

  /** How many frames were drawn. */
  get frames(): number {
    return [...this.text.matchAll(FRAME)].length;
  }

  /** The lines on it, the one that the cursor is in last. */
  get screen(): readonly string[] {
    let lines = [''];
    let row = 0;
    let column = 0;
    for (const [token, codes = '', name] of this.text.matchAll(/\u001b\[([?\d;]*)([A-Za-z])|[^\u001b]/gu)) {
      if (token === '\n') {
        row += 1;
        column = 0;
        lines[row] ??= '';
      } else if (token === '\r') column = 0;
      else if (name === undefined) {
        const line = (lines[row] ?? '').padEnd(column);
        lines[row] = line.slice(0, column) + token + line.slice(column + token.length);
        column += token.length;
      } else if (name === 'A') row = Math.max(0, row - Number(codes === '' ? 1 : codes));
      else if (name === 'G') column = 0;
      else if (name === 'H') [row, column] = [0, 0];
      else if (name === 'J')
        lines = codes === '2' ? [''] : [...lines.slice(0, row), (lines[row] ?? '').slice(0, column)];
      else if (name === 'K') lines[row] = codes === '2' ? '' : (lines[row] ?? '').slice(0, column);
      else if (!/[mhl]/.test(name)) throw new Error(`This terminal does not know ${JSON.stringify(token)}.`);
    }
    return lines.slice(0, row + 1);
  }

  /** Gives it another size, as a user who drags its corner does. */
  resize(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    this.emit('resize');
  }
}
