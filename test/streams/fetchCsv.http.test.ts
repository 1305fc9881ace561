import type { RequestListener } from 'node:http';
import { createServer } from 'node:net';
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { firstValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { noAnswer } from '../../src/streams/bodies/http/faults/httpError.js';
import { fetchCsv } from '../../src/streams/fetchCsv.js';
import { readTable } from './collect.js';
import { serve, serveBody, serveRaw } from './servers.js';

const TABLE = 'title,category\nOne,World\n"Two, three",Sports\n';
const brotli = (table: string): Buffer =>
  brotliCompressSync(table, { params: { [constants.BROTLI_PARAM_QUALITY]: 3 } });
const FIELDS = [
  { title: 'One', category: 'World' },
  { title: 'Two, three', category: 'Sports' },
];

describe('fetchCsv over HTTP', () => {
  it('reads a table, and names the address in its rows', async () => {
    const origin = await serveBody(TABLE);
    const { fields, values, error } = await readTable(`${origin}/news.csv?day=1`, { columns: ['title', 'category'] });
    expect(error).toBeUndefined();
    expect(fields).toEqual(FIELDS);
    expect(values[1]).toMatchObject({ id: 1, source: `${origin}/news.csv?day=1`, line: 3, byte: 25 });
    expect((await readTable(new URL(origin))).fields).toEqual(FIELDS);
  });

  it('says who it is and which encodings it takes', async () => {
    let seen: Record<string, unknown> = {};
    const origin = await serve((request, response) => {
      seen = {
        method: request.method,
        agent: request.headers['user-agent'],
        encodings: request.headers['accept-encoding'],
        authorization: request.headers.authorization,
      };
      response.end(TABLE);
    });
    await readTable(origin);
    expect(seen).toEqual({
      method: 'GET',
      agent: 'headwater',
      encodings: 'gzip, deflate, br',
      authorization: undefined,
    });
  });

  it('sends the name and password of an address, and shows them to nobody else', async () => {
    const asked: (string | undefined)[] = [];
    const elsewhere = await serve((request, response) => {
      asked.push(request.headers.authorization);
      response.end(TABLE);
    });
    const origin = await serve((request, response) => {
      asked.push(request.headers.authorization);
      response.writeHead(302, { location: elsewhere }).end();
    });
    const { values } = await readTable(origin.replace('http://', 'http://me:p%40ss@'));
    expect(asked).toEqual([`Basic ${Buffer.from('me:p@ss').toString('base64')}`, undefined]);
    expect(values[0]?.source).toBe(`${origin}/`);
  });

  it('shows no password in messages, be it that of the address or that of a redirect', async () => {
    const round = await serve((request, response) =>
      response.writeHead(302, { location: `http://other:p4ss@${String(request.headers.host)}/` }).end(),
    );
    const { message } = await readTable(round.replace('http://', 'http://me:s3cret@'));
    expect(message).toBe(
      `${round}/ was redirected more than 5 times, the last time to ${round}/. ` +
        'Give the final address. In code, the option maxRedirects allows more.',
    );
    expect(() => fetchCsv('https://me:s3/cret@example.org/x.csv')).toThrow(
      expect.objectContaining({
        message:
          'Not an address: https://example.org/x.csv. Give a path, or a URL such as https://example.org/news.csv.',
        where: 'https://example.org/x.csv',
      }),
    );
  });

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZIP', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotli],
    ['identity', (table: string) => Buffer.from(table)],
  ] satisfies [string, (table: string) => Buffer][])('decodes %s', async (encoding, encode) => {
    const { fields, values, error } = await readTable(await serveBody(encode(TABLE), { 'content-encoding': encoding }));
    expect(error).toBeUndefined();
    expect(fields).toEqual(FIELDS);
    expect(values[1]?.byte).toBe(25);
  });

  it('reads what is said to be gzip and is sent as it is', async () => {
    const { values, code } = await readTable(await serveBody(TABLE, { 'content-encoding': 'gzip' }));
    expect(code).toBeUndefined();
    expect(values.length).toBeGreaterThan(0);
  });

  it('decodes one encoding over another, and a gzip file that is sent as it is', async () => {
    const twice = await serveBody(brotliCompressSync(gzipSync(TABLE)), { 'content-encoding': 'gzip, br' });
    expect((await readTable(twice)).fields).toEqual(FIELDS);
    const file = await serveBody(gzipSync(TABLE), { 'content-type': 'application/gzip' });
    expect((await readTable(`${file}/news.csv.gz`)).fields).toEqual(FIELDS);
  });

  it('errs with HW_EMPTY for an empty body, encoded or not', async () => {
    expect((await readTable(await serveBody(''))).code).toBe('HW_EMPTY');
    expect((await readTable(await serveBody('', { 'content-encoding': 'gzip' }))).code).toBe('HW_EMPTY');
    expect((await readTable(await serveBody(gzipSync(''), { 'content-encoding': 'gzip' }))).code).toBe('HW_EMPTY');
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotli],
  ] satisfies [string, (table: string) => Buffer][])(
    'errs with HW_ENCODING for a truncated %s body, after the rows that arrived',
    async (encoding, encode) => {
      let big = 'a,b\n';
      for (let i = 0; i < 60_000; i++) big += `${(i * 7_919) % 100_003},${i}\n`;
      const body = encode(big);
      const { code, message, values } = await readTable(
        await serveBody(body.subarray(0, body.length - 20), { 'content-encoding': encoding }),
      );
      expect(code).toBe('HW_ENCODING');
      expect(message).toMatch(/after [1-9]\d* records/);
      expect(values.length).toBeGreaterThan(1_000);
      expect(values.length).toBeLessThan(60_000);
    },
  );

  it('errs with HW_ENCODING for a damaged body and an unknown encoding', async () => {
    const damaged = gzipSync(TABLE).fill(0xff, 10, 20);
    expect((await readTable(await serveBody(damaged, { 'content-encoding': 'gzip' }))).code).toBe('HW_ENCODING');
    expect((await readTable(await serveBody(TABLE, { 'content-encoding': 'br' }))).code).toBe('HW_ENCODING');
    const unknown = await readTable(await serveBody(TABLE, { 'content-encoding': 'compress' }));
    expect(unknown.code).toBe('HW_ENCODING');
    expect(unknown.message).toContain('"compress"');
  });

  it.each([
    [404, 'Check the address.'],
    [403, '--header'],
    [410, 'Give another address.'],
    [429, 'Wait, and try again.'],
    [500, 'Try again later.'],
    [304, 'Check the address.'],
  ])('errs with HW_HTTP_STATUS for %i, and says what to do', async (status, remedy) => {
    const origin = await serve((_request, response) =>
      response.writeHead(status).end(status === 304 ? undefined : 'title,category\nno,table\n'),
    );
    const { code, message, values } = await readTable(`${origin}/news.csv`);
    expect(code).toBe('HW_HTTP_STATUS');
    expect(message).toContain(`${origin}/news.csv answered ${status}`);
    expect(message).toContain(remedy);
    expect(values).toEqual([]);
  });

  it('tells how long a server asks to wait, where that is longer than the pass may wait', async () => {
    const origin = await serve((_request, response) => response.writeHead(429, { 'retry-after': '86400' }).end());
    const { code, message } = await readTable(`${origin}/news.csv`);
    expect([code, message]).toEqual(['HW_HTTP_STATUS', expect.stringMatching(/It asks to wait 24 h\.$/)]);
  });

  it('tells what to do about a certificate that nobody vouches for, that is of others, or too old', async () => {
    const told = (code: string): string => noAnswer('https://h/t', Object.assign(new Error('no'), { code })).message;
    expect(told('DEPTH_ZERO_SELF_SIGNED_CERT')).toContain('NODE_EXTRA_CA_CERTS');
    expect(told('UNABLE_TO_VERIFY_LEAF_SIGNATURE')).toContain('NODE_EXTRA_CA_CERTS');
    expect(told('CERT_HAS_EXPIRED')).toContain('must renew its certificate');
    expect(told('ERR_TLS_CERT_ALTNAME_INVALID')).toContain('Check the name in the address');
    // A server that does not use TLS.
    const origin = await serveRaw((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const { code, message } = await readTable(origin.replace('http:', 'https:'));
    expect([code, message]).toEqual(['HW_HTTP_CONNECT', expect.stringContaining('begins with http://')]);
  });

  it.each([301, 302, 303, 307, 308])('follows a %i', async (status) => {
    const origin = await serve((request, response) => {
      if (request.url === '/old') response.writeHead(status, { location: '/new' }).end('moved');
      else response.end(TABLE);
    });
    const { fields, values } = await readTable(`${origin}/old`);
    expect(fields).toEqual(FIELDS);
    expect(values[0]?.source).toBe(`${origin}/old`);
  });

  it('errs with HW_HTTP_REDIRECTS for a redirect loop, and counts redirects exactly', async () => {
    let requests = 0;
    const loop: RequestListener = (request, response) => {
      requests++;
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end(TABLE);
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    };
    const origin = await serve(loop);
    const { code, message } = await readTable(`${origin}/1000000`);
    expect(code).toBe('HW_HTTP_REDIRECTS');
    expect(message).toContain('more than 5 times');
    expect(requests).toBe(6);
    expect((await readTable(`${origin}/5`)).fields).toEqual(FIELDS);
    expect((await readTable(`${origin}/2`, { maxRedirects: 1 })).code).toBe('HW_HTTP_REDIRECTS');
    expect((await readTable(`${origin}/0`, { maxRedirects: 0 })).fields).toEqual(FIELDS);
  });

  it('is not led to a file on this machine, nor to nowhere', async () => {
    const origin = await serve((request, response) =>
      response.writeHead(302, { location: request.url === '/file' ? 'file:///etc/hostname' : 'http://' }).end(),
    );
    expect((await readTable(`${origin}/file`)).code).toBe('HW_HTTP_REDIRECTS');
    expect((await readTable(`${origin}/nowhere`)).code).toBe('HW_HTTP_REDIRECTS');
    const mute = await serve((_request, response) => response.writeHead(302).end());
    expect((await readTable(mute)).code).toBe('HW_HTTP_STATUS');
  });

  it('errs with HW_HTTP_CUT for a connection cut mid-body, whatever the framing', async () => {
    const body = `a,b\n${'1,2\n'.repeat(1_000)}3,`;
    const heads = [
      'Content-Length: 999999\r\n\r\n',
      `Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n`,
    ];
    for (const head of heads) {
      const origin = await serveRaw((socket) => {
        socket.write(`HTTP/1.1 200 OK\r\n${head}${body}`);
        setTimeout(() => socket.destroy(), 50);
      });
      const { code, message, values, rejections } = await readTable(origin);
      expect(code).toBe('HW_HTTP_CUT');
      expect(message).toContain('after 1000 records');
      expect(values).toHaveLength(1_000);
      // The record that it broke off in is neither a row nor a rejection: it is what the error is about.
      expect(rejections).toEqual([]);
    }
  });

  it('errs with HW_HTTP_CUT, not HW_ENCODING, for a connection cut in a compressed body', async () => {
    const origin = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 999999\r\n\r\n');
      socket.write(gzipSync(TABLE));
      setTimeout(() => socket.destroy(), 50);
    });
    expect((await readTable(origin)).code).toBe('HW_HTTP_CUT');
  });

  it('errs with HW_HTTP_CUT for a Content-Length that is wrong either way', async () => {
    for (const wrong of [-3, 3]) {
      const origin = await serveRaw((socket) =>
        socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${TABLE.length + wrong}\r\n\r\n${TABLE}`),
      );
      const { code, message } = await readTable(origin);
      expect(code).toBe('HW_HTTP_CUT');
      expect(message).toContain(origin);
    }
    const both = await serveRaw((socket) =>
      socket.end(`HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n${TABLE}`),
    );
    expect((await readTable(both)).code).toBe('HW_HTTP_CUT');
  });

  it('takes the end of the connection for the end of a body without a length', async () => {
    const origin = await serveRaw((socket) => socket.end(`HTTP/1.0 200 OK\r\n\r\n${TABLE}`));
    const { fields, error } = await readTable(origin);
    expect(error).toBeUndefined();
    expect(fields).toEqual(FIELDS);
  });

  it('errs with HW_HTTP_TIMEOUT for a server that does not answer, and one that stops sending', async () => {
    const silent = await serveRaw(() => undefined);
    const mute = await readTable(silent, { headersTimeout: 100 });
    expect(mute.code).toBe('HW_HTTP_TIMEOUT');
    const origin = await serve((_request, response) => void response.writeHead(200).write(TABLE));
    const stuck = await readTable(origin, { bodyTimeout: 100 });
    expect(stuck.code).toBe('HW_HTTP_TIMEOUT');
    expect(stuck.message).toContain('after 2 records');
    expect(stuck.fields).toEqual(FIELDS);
  });

  it('errs with HW_HTTP_CONNECT for a server that is not there, is no HTTP server, or hangs up', async () => {
    const port = await new Promise<number>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const address = server.address();
        server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
      });
    });
    const nobody = await readTable(`http://127.0.0.1:${port}/`);
    expect(nobody.code).toBe('HW_HTTP_CONNECT');
    expect(nobody.message).toContain('ECONNREFUSED');
    expect((await readTable(await serveRaw((socket) => socket.end('220 mail.example ready\r\n')))).code).toBe(
      'HW_HTTP_CONNECT',
    );
    expect((await readTable(await serveRaw((socket) => socket.end()))).code).toBe('HW_HTTP_CONNECT');
  });

  it('asks again for every subscription where there is no snapshot', async () => {
    let requests = 0;
    const origin = await serve((_request, response) => response.end(`a\n${++requests}\n`));
    const rows$ = fetchCsv(origin);
    expect((await firstValueFrom(rows$)).fields['a']).toBe('1');
    expect((await firstValueFrom(rows$)).fields['a']).toBe('2');
    expect(requests).toBe(2);
  });
});
