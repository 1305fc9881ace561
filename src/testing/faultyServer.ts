import { checkOptions, checkTypes } from '../contracts/checkOption.js';
import { createHash } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { Observable } from 'rxjs';

/** The fault of a server at one request. */
export type ServerFault =
  /** No fault: sends the whole body, or the requested range. */
  | { readonly type: 'none' }
  /** Accepts the connection and never answers. */
  | { readonly type: 'silence' }
  /** Closes the connection without an answer. */
  | { readonly type: 'hang-up' }
  /** Answers with this status, without a body. */
  | { readonly type: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Resets the connection (RST) after this many bytes of the body. */
  | { readonly type: 'reset'; readonly after: number }
  /** Ends the connection (FIN) after this many bytes of the body. */
  | { readonly type: 'cut'; readonly after: number }
  /** Sends nothing more after this many bytes of the body, and keeps the connection open. */
  | { readonly type: 'stall'; readonly after: number }
  /** Declares a length that is not the length of the body. */
  | { readonly type: 'length'; readonly declared: number }
  /** Sends this many bytes at a time, with a pause of `everyMs` milliseconds between them. */
  | { readonly type: 'drip'; readonly bytes: number; readonly everyMs: number }
  /** Answers 206 to a request without a range: the first `bytes` bytes. */
  | { readonly type: 'part'; readonly bytes: number }
  /** Sends the whole body with 200, even if a range was requested. */
  | { readonly type: 'no-range' }
  /** Serves another body from this request on. */
  | { readonly type: 'changed'; readonly body: string | Uint8Array };

/** Options of `faultyServer`. */
export interface FaultyServerOptions {
  /**
   * The faults of the first request, the second, and so on. Requests after the last fault are answered correctly.
   * Default: none.
   */
  readonly faults?: readonly ServerFault[] | undefined;
  /** How the end of a body is marked: by its length, in chunks, or by the end of the connection. Default `length`. */
  readonly framing?: 'length' | 'chunked' | 'close' | undefined;
  /**
   * Whether it sends strong `ETag`s, and serves ranges. A range whose `If-Range` does not match gets the whole body.
   * Default true.
   */
  readonly validators?: boolean | undefined;
  /** Headers of every answer. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A server that is running. */
export interface FaultyServer {
  readonly url: URL;
  /** The heads of the requests so far: headers by their names in lower case, and `:path` for the requested path. */
  readonly requests: readonly Readonly<Record<string, string>>[];
}

const NONE: ServerFault = { type: 'none' };

const headOf = (text: string): Readonly<Record<string, string>> => {
  const [first = '', ...lines] = text.split('\r\n');
  return Object.fromEntries([
    [':path', first.split(' ')[1] ?? ''],
    ...lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  ]) as Readonly<Record<string, string>>;
};

const etagOf = (body: Uint8Array): string => `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"`;

/**
 * A local HTTP server with faults, for tests of code that reads over HTTP.
 *
 * It emits itself when it listens, and serves until it is unsubscribed from. Each request gets the next of `faults`,
 * and has a connection of its own.
 *
 * @param body the body that it serves at every path
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
 *
 * @example
 * ```ts
 * import { fetchCsv } from 'headwater';
 * import { faultyServer } from 'headwater/testing';
 * import { firstValueFrom, count, switchMap } from 'rxjs';
 *
 * // The connection is reset in the middle of the body. The second request asks for the rest.
 * const rows = faultyServer('title\nLate goal\nRain, then sun\n', { faults: [{ type: 'reset', after: 12 }] }).pipe(
 *   switchMap(({ url }) =>
 *     fetchCsv(url, { backoff: { initialMs: 1 }, rejections: { next: () => undefined } }).pipe(count()),
 *   ),
 * );
 * console.log(await firstValueFrom(rows)); // 1
 * ```
 */
export const faultyServer = (
  body: string | Uint8Array,
  options: FaultyServerOptions = {},
): Observable<FaultyServer> => {
  checkOptions('faultyServer', options, "body, { framing: 'chunked' }");
  const { faults = [], framing = 'length', validators = true, headers: always = {} } = options;
  checkTypes(
    'faultyServer',
    { framing, validators },
    { framing: ['length', 'chunked', 'close'], validators: 'boolean' },
  );
  return new Observable((subscriber) => {
    let bytes = Buffer.from(body);
    const sockets = new Set<Socket>();
    const timers = new Set<NodeJS.Timeout>();
    const requests: Readonly<Record<string, string>>[] = [];

    const answer = (socket: Socket, request: Readonly<Record<string, string>>, fault: ServerFault): void => {
      if (fault.type === 'changed') bytes = Buffer.from(fault.body);
      if (fault.type === 'silence') return;
      if (fault.type === 'hang-up') {
        socket.end();
        return;
      }
      const etag = validators ? etagOf(bytes) : undefined;
      const wanted = fault.type === 'no-range' ? null : /^bytes=(\d+)-$/.exec(request['range'] ?? '');
      const ranged = wanted !== null && etag !== undefined && (request['if-range'] ?? etag) === etag;
      const from = ranged ? Number(wanted[1]) : 0;
      const unmodified = etag !== undefined && request['if-none-match'] === etag;
      const beyond = ranged && from >= bytes.length;
      const part = fault.type === 'part' ? bytes.subarray(0, fault.bytes) : bytes.subarray(from);
      const status =
        fault.type === 'status'
          ? fault.status
          : unmodified
            ? 304
            : beyond
              ? 416
              : ranged || fault.type === 'part'
                ? 206
                : 200;
      const empty = fault.type === 'status' || unmodified || beyond;
      const content = empty ? Buffer.alloc(0) : part;
      const headers: Record<string, string> = {
        ...always,
        ...(etag === undefined ? {} : { ETag: etag }),
        ...(status === 206 ? { 'Content-Range': `bytes ${from}-${from + content.length - 1}/${bytes.length}` } : {}),
        ...(status === 416 ? { 'Content-Range': `bytes */${bytes.length}` } : {}),
        ...(framing === 'length' || empty
          ? { 'Content-Length': String(fault.type === 'length' ? fault.declared : content.length) }
          : {}),
        ...(framing === 'chunked' && !empty ? { 'Transfer-Encoding': 'chunked' } : {}),
        ...(framing === 'close' ? { Connection: 'close' } : {}),
        ...(fault.type === 'status' ? fault.headers : {}),
      };
      const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`HTTP/1.1 ${status} Said\r\n${head.join('')}\r\n`);
      const chunked = framing === 'chunked' && !empty;
      const framed = (data: Uint8Array): Uint8Array =>
        chunked && data.length > 0
          ? Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, Buffer.from('\r\n')])
          : data;
      const finish = (): void => void socket.end(chunked ? '0\r\n\r\n' : '');

      switch (fault.type) {
        case 'reset':
          socket.write(framed(content.subarray(0, fault.after)), () => {
            // A reset can overtake bytes that were sent before. The pause lets the client read them first.
            timers.add(setTimeout(() => socket.resetAndDestroy(), 20));
          });
          break;
        case 'cut':
          socket.end(framed(content.subarray(0, fault.after)));
          break;
        case 'stall':
          socket.write(framed(content.subarray(0, fault.after)));
          break;
        case 'drip': {
          let at = 0;
          const timer = setInterval(() => {
            const next = content.subarray(at, at + fault.bytes);
            at += next.length;
            if (next.length > 0) socket.write(framed(next));
            else {
              clearInterval(timer);
              finish();
            }
          }, fault.everyMs);
          timers.add(timer);
          break;
        }
        default:
          socket.write(framed(content));
          finish();
      }
    };

    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
      let head = '';
      socket.on('data', (chunk: Buffer) => {
        head += chunk.toString('latin1');
        if (!head.includes('\r\n\r\n')) return;
        const request = headOf(head.slice(0, head.indexOf('\r\n\r\n')));
        head = '';
        requests.push(request);
        answer(socket, request, faults[requests.length - 1] ?? NONE);
      });
    });
    server.on('error', (error) => subscriber.error(error));
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      subscriber.next({ url: new URL(`http://127.0.0.1:${port}/table.csv`), requests });
    });
    return () => {
      for (const timer of timers) clearTimeout(timer);
      for (const socket of sockets) socket.destroy();
      server.close();
    };
  });
};
