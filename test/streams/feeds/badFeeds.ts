import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';

/** A feed of RSS with these titles, as they are to stand in the XML. */
const rss = (titles: readonly string[], extra = ''): string =>
  '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>Invented ' +
  `News</title>${extra}${titles.map((title) => `<item><title>${title}</title><guid isPermaLink="false">${title}</guid></item>`).join('')}</channel></rss>`;

const XML = { 'content-type': 'application/rss+xml' };

const GOOD = rss(['Second headline', 'First headline']);

/** 32 MiB of one letter within an item, in 33 KB. */
const bomb = (): Buffer =>
  gzipSync(
    Buffer.concat([
      Buffer.from('<rss version="2.0"><channel><item><title>Before the bomb</title></item><item><title>'),
      Buffer.alloc(33_554_432, 'a'),
    ]),
  );

const LAUGHS = `<?xml version="1.0"?>
<!DOCTYPE lolz [
  <!ENTITY lol "lol">
${Array.from({ length: 9 }, (_, i) => `  <!ENTITY lol${i + 1} "${`&lol${i === 0 ? '' : i};`.repeat(10)}">`).join('\n')}
]>
<rss version="2.0"><channel><item><title>&lol9;</title></item><item><title>No laughing matter</title></item></channel></rss>`;

const BEFORE_1970 = new Date(0).toUTCString();
const FAR_AHEAD = 'Fri, 31 Dec 2100 23:00:00 GMT';

type Answer = (request: IncomingMessage, response: ServerResponse, times: number) => void;

/** Sends a piece now and then, until the client is gone. */
const trickle = (response: ServerResponse, piece: string, everyMs: number): void => {
  const timer = setInterval(() => response.write(piece), everyMs);
  response.on('close', () => clearInterval(timer));
};

/**
 * What is answered to each path, and how it is wrong; with `?slow`, a moment later. Every feed has harmless, invented
 * headlines.
 *
 * `times` is how often the path was asked for before.
 */
const ANSWERS: Readonly<Record<string, Answer>> = {
  '/good': (_request, response) => response.writeHead(200, XML).end(GOOD),
  /** As a good server does it: 304 to whoever has it already, whatever the validators look like. */
  '/etag': (request, response) => {
    const etag = 'W/"a, \\"b\\" ü"';
    const modified = 'yesterday, or so';
    const fresh =
      Buffer.from(request.headers['if-none-match'] ?? '', 'latin1').toString('latin1') ===
      Buffer.from(etag, 'utf8').toString('latin1');
    if (fresh && request.headers['if-modified-since'] === modified) response.writeHead(304).end();
    else
      response
        .writeHead(200, { ...XML, etag: Buffer.from(etag, 'utf8').toString('latin1'), 'last-modified': modified })
        .end(GOOD);
  },
  '/brotli': (_request, response) =>
    response.writeHead(200, { ...XML, 'content-encoding': 'br' }).end(brotliCompressSync(GOOD)),
  /** One letter at a time, for ever. */
  '/loris': (_request, response) => {
    response.writeHead(200, XML).write('<rss version="2.0"><channel><item><title>');
    trickle(response, 'a', 20);
  },
  /** The head comes, and nothing after it. */
  '/stalled': (_request, response) => {
    response.writeHead(200, XML).write('<rss version="2.0"><channel><item><title>Before the stall</title></item>');
  },
  /** The connection opens, and nothing comes. */
  '/silent': () => undefined,
  /** Whole items, without end. */
  '/endless': (_request, response) => {
    response.writeHead(200, XML).write('<rss version="2.0"><channel>');
    const more = (): void => {
      while (
        response.write(
          `<item><title>Headline without end</title><description>${'and so on '.repeat(1_000)}</description></item>`,
        )
      );
    };
    response.on('drain', more);
    more();
  },
  '/bomb': (_request, response) => response.writeHead(200, { ...XML, 'content-encoding': 'gzip' }).end(bomb()),
  '/laughs': (_request, response) => response.writeHead(200, XML).end(LAUGHS),
  /** Declared twice, and neither is true: it is UTF-8. */
  '/encoding': (_request, response) =>
    response
      .writeHead(200, { 'content-type': 'text/xml; charset=iso-8859-1' })
      .end(rss(['Café – naïve']).replace('UTF-8', 'windows-1252')),
  /** The same headlines under a new guid each time. */
  '/guids': (_request, response, times) =>
    response
      .writeHead(200, XML)
      .end(
        rss(['Second headline', 'First headline']).replaceAll('isPermaLink="false">', `isPermaLink="false">${times}-`),
      ),
  /** One headline more each time, the newest first. */
  '/growing': (_request, response, times) =>
    response.writeHead(200, XML).end(rss(Array.from({ length: times + 1 }, (_, i) => `Headline ${times - i}`))),
  /** A clock that stands at 1970, and headlines from the future. */
  '/skew': (_request, response) =>
    response
      .writeHead(200, { ...XML, date: BEFORE_1970, 'last-modified': FAR_AHEAD })
      .end(rss(['From the future']).replace('</guid>', `</guid><pubDate>${FAR_AHEAD}</pubDate>`)),
  /** Too busy until ten seconds after a time that is long gone there. */
  '/skew-busy': (_request, response) =>
    response.writeHead(503, { date: BEFORE_1970, 'retry-after': new Date(10_000).toUTCString() }).end(),
  /** A 304 that brings a body, which it must not. Node will not send one, so it is written by hand. */
  '/304-body': (request, response) => {
    if (request.headers['if-none-match'] === undefined) response.writeHead(200, { ...XML, etag: '"1"' }).end(GOOD);
    else
      request.socket.end(
        `HTTP/1.1 304 Not Modified\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(GOOD)}\r\n\r\n${GOOD}`,
      );
  },
  /** Nobody asked whether it has changed. */
  '/304': (_request, response) => response.writeHead(304).end(),
  '/moved': (_request, response) => response.writeHead(301, { location: '/good' }).end(),
  '/elsewhere': (_request, response) => response.writeHead(302, { location: '/good' }).end(),
  '/round': (_request, response) => response.writeHead(302, { location: '/round' }).end(),
  '/to-file': (_request, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  '/to-nowhere': (_request, response) => response.writeHead(302, { location: 'http://' }).end(),
  /** To the very machine, at a port where something else may listen. */
  '/to-loopback': (_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:9/feed' }).end(),
  '/to-metadata': (_request, response) => response.writeHead(301, { location: 'http://169.254.169.254/latest' }).end(),
  '/gone': (_request, response) => response.writeHead(410).end('Gone'),
  '/missing': (_request, response) => response.writeHead(404).end('Not found'),
  '/busy': (_request, response) => response.writeHead(429, { 'retry-after': '120' }).end('Too many requests'),
  /** Too busy the first time, and well after that. */
  '/busy-once': (_request, response, times) =>
    times === 0 ? response.writeHead(429, { 'retry-after': '1' }).end() : response.writeHead(200, XML).end(GOOD),
  /** The connection breaks off in the middle of the second item. */
  '/cut': (_request, response) => {
    response
      .writeHead(200, { ...XML, 'content-length': '10000' })
      .write('<rss version="2.0"><channel><item><title>Before the cut</title></item><item><title>Half a head');
    setTimeout(() => response.destroy(), 50);
  },
  /** One item of three cannot be read. */
  '/malformed': (_request, response) => response.writeHead(200, XML).end(rss(['Third headline', '', 'First headline'])),
  '/page': (_request, response) =>
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end(
        '<!doctype html><html><head><title>Invented News</title><link rel="alternate" ' +
          'type="application/rss+xml" href="/good"></head><body><p>Welcome.</body></html>',
      ),
  '/page-without': (_request, response) =>
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end('<!doctype html><html><body>Please log in.</body></html>'),
  /** A page that names itself as its feed. */
  '/page-round': (_request, response) =>
    response
      .writeHead(200)
      .end('<html><head><link rel="alternate" type="application/rss+xml" href="/page-round"></head></html>'),
  '/page-to-loopback': (_request, response) =>
    response
      .writeHead(200)
      .end(
        '<html><head><link rel="alternate" type="application/rss+xml" href="http://127.0.0.1:9/feed"></head></html>',
      ),
  '/empty': (_request, response) => response.writeHead(200, XML).end(),
  '/json-error': (_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"error":"quota"}'),
};

/** A server of feeds that are wrong in one way each. */
export interface BadFeeds {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** What was asked so far: `/good`, in order. */
  readonly asked: readonly string[];
  /** The headers of each of these requests. */
  readonly headers: readonly IncomingMessage['headers'][];
  /** How many requests are under way. */
  readonly open: number;
  /** The most that were under way at once. */
  readonly atOnce: number;
  readonly close: () => void;
}

/**
 * Starts it on a port of this machine.
 *
 * @param host another address of this machine: two of them are two hosts
 */
export const badFeeds = (host = '127.0.0.1'): Promise<BadFeeds> => {
  const asked: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  let now = 0;
  let most = 0;
  const answer: RequestListener = (request, response) => {
    const path = request.url ?? '';
    const times = asked.filter((other) => other === path).length;
    asked.push(path);
    headers.push(request.headers);
    most = Math.max(most, ++now);
    response.on('close', () => now--);
    const [known = '', query] = path.split('?');
    const found = ANSWERS[known] ?? ((_request, missing) => missing.writeHead(404).end());
    if (query === 'slow') setTimeout(() => found(request, response, times), 20);
    else found(request, response, times);
  };
  const server: Server = createServer(answer);
  return new Promise((resolve) => {
    server.listen(0, host, () => {
      const address = server.address();
      resolve({
        origin: `http://${host}:${typeof address === 'object' && address !== null ? address.port : 0}`,
        asked,
        headers,
        get open() {
          return now;
        },
        get atOnce() {
          return most;
        },
        close: () => {
          server.close();
          server.closeAllConnections();
        },
      });
    });
  });
};
