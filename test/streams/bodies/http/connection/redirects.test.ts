import { describe, expect, it } from 'vitest';
import { redirectTarget, tooManyRedirects } from '../../../../../src/streams/bodies/http/connection/redirects.js';
import { webAddress } from '../../../../../src/streams/bodies/http/connection/WebAddress.js';

const START = webAddress(new URL('https://me:s3cret@example.org/feed'));
const HOP = webAddress(new URL('https://other:pass@example.net/a'));

describe('redirectTarget', () => {
  it.each([
    ['to the server that the user named', START, '/b', 'https://example.org/b', START.authorization],
    ['to another server', START, 'https://example.com/', 'https://example.com/', {}],
    ['to another scheme', START, 'http://example.org/', 'http://example.org/', {}],
    ['on a server that was led to by its password', HOP, 'b', 'https://example.net/b', HOP.authorization],
    [
      'back to the server that the user named',
      HOP,
      'https://example.org/b',
      'https://example.org/b',
      START.authorization,
    ],
    ['by another password', START, 'https://other:pass@example.org/b', 'https://example.org/b', HOP.authorization],
  ])('takes a password along %s, or not', (_name, from, location, href, authorization) => {
    const { url, authorization: sent } = redirectTarget('news', location, from, START);
    expect([url.href, sent]).toEqual([href, authorization]);
  });

  it.each([
    ['http://me:s3/cret@', 'redirects to what is no address: http://.'],
    ['file:///etc/passwd', 'redirects to a file: address'],
  ])('refuses %s', (location, message) => {
    expect(() => redirectTarget('news', location, START, START)).toThrow(
      expect.objectContaining({
        code: 'HW_HTTP_REDIRECTS',
        where: 'news',
        message: expect.stringContaining(message) as string,
      }),
    );
  });
});

describe('tooManyRedirects', () => {
  it('shows where the last one led, and no password', () => {
    expect(tooManyRedirects('news', 3, HOP).message).toBe(
      'news was redirected more than 3 times, the last time to https://example.net/a. ' +
        'Give the final address. In code, the option maxRedirects allows more.',
    );
  });
});
