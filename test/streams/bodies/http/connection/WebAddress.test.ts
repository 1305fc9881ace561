import { describe, expect, it } from 'vitest';
import { webAddress, withoutSecrets } from '../../../../../src/streams/bodies/http/connection/WebAddress.js';

const basic = (text: string): { authorization: string } => ({
  authorization: `Basic ${Buffer.from(text).toString('base64')}`,
});

describe('webAddress', () => {
  it.each([
    ['http://example.org/a', 'http://example.org/a', {}],
    ['http://me:s3cret@example.org/a?b#c', 'http://example.org/a?b#c', basic('me:s3cret')],
    ['http://me@example.org/', 'http://example.org/', basic('me:')],
    ['http://:s3cret@example.org/', 'http://example.org/', basic(':s3cret')],
    ['http://m%C3%A9:p%40ss@example.org/', 'http://example.org/', basic('mé:p@ss')],
    // A % that encodes nothing is one.
    ['http://me:100%@example.org/', 'http://example.org/', basic('me:100%')],
    ['http://me:p%40%zz@example.org/', 'http://example.org/', basic('me:p@%zz')],
  ])('takes %s apart', (given, shown, authorization) => {
    const url = new URL(given);
    const address = webAddress(url);
    expect([address.url.href, address.authorization]).toEqual([shown, authorization]);
    expect(url.href).toBe(new URL(given).href);
  });
});

describe('withoutSecrets', () => {
  it.each([
    ['http://example.org', 'http://example.org'],
    ['http://me:s3cret@example.org/@me', 'http://example.org/@me'],
    ['https://example.org/@me', 'https://example.org/@me'],
    // No addresses: what is before the last @ may be a password.
    ['https://me:s3/cret@example.org/x', 'https://example.org/x'],
    ['https://me:s3@cr et@example.org:port', 'https://example.org:port'],
    ['//me:s3/cret@example.org', '//example.org'],
    ['me:s3cret@example.org/x', 'me:example.org/x'],
    ['me:s3 cret@', 'me:'],
    ['file:///tmp/me@example.org.csv', 'file:///tmp/me@example.org.csv'],
    ['news.example.org', 'news.example.org'],
  ])('shows %s as %s', (written, shown) => {
    expect(withoutSecrets(written)).toBe(shown);
  });
});
