import { spawnSync } from 'node:child_process';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { serving, heldTurns } from './serving.js';

describe('what is no proper request', () => {
  it.each([
    ['no HTTP', 'hello there\r\n\r\n', 400, 'malformed'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400, 'malformed'],
    [
      'two lengths',
      'POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
      400,
      'malformed',
    ],
    [
      'a length and chunks',
      'POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
      'malformed',
    ],
    [
      'a header over 16 KiB',
      `GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'header-too-large',
    ],
    [
      'a chunk without a size',
      'POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: ' +
        'application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      400,
      'malformed',
    ],
    [
      'another expectation',
      'GET /healthz HTTP/1.1\r\nHost: localhost\r\nExpect: miracles\r\nConnection: close\r\n\r\n',
      417,
      'expectation',
    ],
  ])('%s is answered with %i', async (_what, sent, status, kind) => {
    const { connect } = await serving();
    const { socket, closed } = connect();
    socket.write(sent, 'latin1');
    const received = await closed;
    expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(received).toContain(`"type":"urn:headwater:problem:${kind}"`);
    expect(received).toContain('content-type: application/problem+json');
  });

  it('does not end up in the midst of another answer', async () => {
    const { connect } = await serving();
    const { socket, until, closed } = connect();
    socket.write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await until(/retry/);
    socket.write('nonsense\r\n\r\n');
    expect(await closed).not.toContain('400');
  });

  it('does not end up there where further requests were sent ahead, either', async () => {
    const { connect, metric } = await serving({ turns: heldTurns().turns });
    const { socket, until, closed } = connect();
    socket.write(
      'GET /events HTTP/1.1\r\nHost: localhost\r\n\r\nPOST /classify HTTP/1.1\r\nHost: ' +
        'localhost\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n"ferry"',
    );
    await until(/retry/);
    await metric('headwater_queue_headlines 1');
    socket.write('nonsense\r\n\r\n');
    expect(await closed).not.toContain('400');
  });
});

describe('requests', () => {
  it('one after another on a connection, sent ahead, are answered in their order', async () => {
    const { connect } = await serving();
    const { socket, closed } = connect();
    const post = (title: string, last = ''): string =>
      'POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: ' +
      `application/json\r\nContent-Length: ${title.length + 2}\r\n${last}\r\n"${title}"`;
    socket.write(post('ferry') + post('cup') + post('goal', 'Connection: close\r\n'));
    expect([...(await closed).matchAll(/"title":"(\w+)"/g)].map(([, title]) => title)).toEqual([
      'ferry',
      'cup',
      'goal',
    ]);
  });

  it('that were sent ahead are let go with their client, those that were never their turn too', async () => {
    const { connect, metric } = await serving({ turns: heldTurns().turns });
    const { socket } = connect();
    socket.write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(3));
    socket.write(
      'POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: ' +
        'application/json\r\nContent-Length: 7\r\n\r\n"ferry"',
    );
    await metric('headwater_listeners 3');
    await metric('headwater_queue_headlines 1');
    socket.destroy();
    await metric('headwater_listeners 0');
    await metric('headwater_http_request_duration_seconds_count{route="/events",status="200"} 3');
    await metric('headwater_http_request_duration_seconds_count{route="/classify",status="499"} 1');
  });

  it('a byte at a time are answered', async () => {
    const { connect } = await serving();
    const { socket, closed } = connect();
    socket.setNoDelay(true);
    for (const byte of 'POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: ' +
      'application/json\r\nContent-Length: 7\r\nConnection: ' +
      'close\r\n\r\n"ferry"') {
      socket.write(byte);
      await new Promise(setImmediate);
    }
    expect(await closed).toContain('"title":"ferry"');
  });

  it('whose client closes its side are not waited for, and do no harm', async () => {
    const { connect, metric } = await serving();
    for (const sent of [
      '',
      'GET /eve',
      'POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"a',
      'POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: ' +
        'application/x-ndjson\r\nTransfer-Encoding: ' +
        'chunked\r\n\r\n4\r\n"a"\n\r\n',
    ]) {
      const { socket, closed } = connect();
      socket.end(sent);
      await closed;
    }
    await metric('headwater_connections 1');
  });

  it('whose client closes its side after a whole request are answered', async () => {
    const { connect, metric } = await serving();
    const body = '"ferry"\n'.repeat(1000);
    for (const [type, sent] of [
      ['application/json', '"ferry"'],
      ['application/x-ndjson', body],
    ] as const) {
      const { socket, closed } = connect();
      socket.end(
        `POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\n` +
          `Content-Length: ${sent.length}\r\n\r\n${sent}`,
      );
      expect((await closed).match(/"title":"ferry"/g)).toHaveLength(sent.split('ferry').length - 1);
    }
    // There may be no event for a long time, so a listener that has gone would stay.
    const { socket, closed } = connect();
    socket.end('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(await closed).toContain('200 OK');
    await metric('headwater_listeners 0');
  });

  it('of HTTP/1.0, of a whole address, and with a query are answered', async () => {
    const { connect } = await serving();
    for (const line of [
      'GET /healthz HTTP/1.0',
      'GET http://localhost/healthz?a=b HTTP/1.1',
      'GET /healthz?a HTTP/1.1',
    ]) {
      const { socket, closed } = connect();
      socket.write(`${line}\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      expect(await closed).toContain(' 200 ');
    }
  });

  it('of methods that are not for a path are told which are', async () => {
    const { url } = await serving();
    for (const [path, method, allow] of [
      ['/classify', 'GET', 'POST, OPTIONS'],
      ['/events', 'POST', 'GET, HEAD, OPTIONS'],
      ['/healthz', 'DELETE', 'GET, HEAD, OPTIONS'],
    ] as const) {
      const response = await fetch(new URL(path, url), { method });
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe(allow);
    }
    expect((await fetch(new URL('/events', url), { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(new URL('/nothing', url))).status).toBe(404);
  });
});

describe('by the RFCs', () => {
  const answered = async (sent: string, until = /\r\n\r\n/): Promise<string> => {
    const { socket, until: came } = (await serving()).connect();
    socket.write(sent);
    const text = await came(until);
    socket.destroy();
    return text;
  };

  it('a request for all of the server is told what there is', async () => {
    expect(await answered('OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 204 .*\r\nallow: GET, HEAD, POST, OPTIONS\r\n/is,
    );
  });

  it('a request for a tunnel is refused', async () => {
    const answer = await answered('CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n', /problem:method/);
    expect(answer).toMatch(/^HTTP\/1\.1 405 .*\r\nallow: GET/is);
  });

  it('a path may have characters encoded that need it not', async () => {
    expect(await answered('GET /%68ealt%68z HTTP/1.1\r\nHost: localhost\r\n\r\n')).toContain(' 200 ');
    expect(await answered('GET /healthz%2F HTTP/1.1\r\nHost: localhost\r\n\r\n')).toContain(' 404 ');
  });

  it.each([
    ['a path that there is not', 'POST /none', 'application/json', 404],
    ['a type that is not read', 'POST /classify', 'text/plain', 415],
    ['a method that is not allowed', 'PUT /classify', 'application/json', 405],
  ])('a body that waits to be asked for is not asked for with %s', async (_what, line, type, status) => {
    const { socket, closed } = (await serving()).connect();
    socket.write(
      `${line} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ` +
        `${type}\r\nContent-Length: 7\r\nExpect: ` +
        '100-continue\r\n\r\n',
    );
    const text = await closed;
    expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${String(status)} `));
    expect(text).toContain('connection: close');
  });

  it('a body that waits to be asked for is asked for once its header was accepted', async () => {
    const { socket, until } = (await serving()).connect();
    for (const type of ['application/json', 'application/x-ndjson']) {
      socket.write(
        'POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: ' +
          `${type}\r\nContent-Length: 7\r\nExpect: 100-continue\r\n\r\n`,
      );
      await until(/100 Continue\r\n\r\n(?!.*100 Continue)/s);
      socket.write('"ferry"');
      await until(/"class":[^]*$/);
    }
    socket.destroy();
  });

  it('a client that has the page in whatever form is not sent it again', async () => {
    expect(await answered('GET / HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: *\r\n\r\n')).toMatch(/ (304|404) /);
  });

  it('a body of a GET that never ends is waited for no longer than a moment', async () => {
    const { socket, closed } = (await serving()).connect();
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000000\r\n\r\nhello');
    expect(await closed).toContain(' 200 ');
  });
});

const hasCurl = spawnSync('curl', ['--version']).status === 0;

describe('curl', () => {
  const curl = async (args: readonly string[], input = ''): Promise<string> => {
    const child = spawn('curl', ['-sS', ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.end(input);
    return text(child.stdout);
  };

  it('sends one, many and lines', async ({ skip }) => {
    if (!hasCurl) return skip('There is no curl on this machine.');
    const { url } = await serving();
    const classify = new URL('/classify', url).href;
    expect(await curl(['-H', 'content-type: application/json', '-d', '{"title":"ferry"}', classify])).toMatch(
      /^\{"title":"ferry","class":/,
    );
    expect(await curl(['-H', 'content-type: application/json', '-d', '["ferry","cup"]', classify])).toMatch(
      /^\[\{"title":"ferry",.*\},\{"title":"cup",.*\}\]$/,
    );
    expect(
      await curl(['-T', '-', '-X', 'POST', '-H', 'content-type: application/jsonl', classify], '"ferry"\n"cup"\n'),
    ).toMatch(/^\{"title":"ferry",.*\}\n\{"title":"cup",.*\}\n$/);
  });

  it('is told to go on with a large body that it asks about, and sees why one that is too large is refused', async ({
    skip,
  }) => {
    if (!hasCurl) return skip('There is no curl on this machine.');
    const { url } = await serving();
    const lines = `${JSON.stringify('goal')}\n`.repeat(300_000);
    const answered = await curl(
      [
        '-H',
        'content-type: application/jsonl',
        '-H',
        'expect: 100-continue',
        '--data-binary',
        '@-',
        new URL('/classify', url).href,
      ],
      lines,
    );
    expect(answered.split('\n').length - 1).toBe(300_000);
    const refused = await curl(
      [
        '-w',
        '%{http_code}',
        '-H',
        'content-type: application/json',
        '--data-binary',
        '@-',
        new URL('/classify', url).href,
      ],
      lines,
    );
    expect(refused).toMatch(/too-large.*413$/);
  });
});
