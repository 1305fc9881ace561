import { isRight } from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { headlineJson } from '../../../src/streams/live/headlineJson.js';

const decode = (value: unknown): unknown => {
  const decoded = headlineJson.decode(value);
  return isRight(decoded) ? decoded.right : undefined;
};

describe('headlineJson', () => {
  it.each([
    ['2024-05-01', Date.UTC(2024, 4, 1)],
    ['2024-05-01T10:30', Date.UTC(2024, 4, 1, 10, 30)],
    ['2024-05-01T10:30:15', Date.UTC(2024, 4, 1, 10, 30, 15)],
    ['2024-05-01T10:30:15Z', Date.UTC(2024, 4, 1, 10, 30, 15)],
    ['2024-05-01T10:30:15.25Z', Date.UTC(2024, 4, 1, 10, 30, 15, 250)],
    ['2024-05-01T10:30:15,25Z', Date.UTC(2024, 4, 1, 10, 30, 15, 250)],
    ['2024-05-01T10:30:15+02:00', Date.UTC(2024, 4, 1, 8, 30, 15)],
    ['2024-05-01T10:30:15-0230', Date.UTC(2024, 4, 1, 13, 0, 15)],
    ['Wed, 01 May 2024 10:00:00 GMT', Date.UTC(2024, 4, 1, 10)],
    ['1 May 2024 10:00 +0200', Date.UTC(2024, 4, 1, 8)],
    ['Wed, 01 May 2024 10:00:00 CEST', Date.UTC(2024, 4, 1, 8)],
    [1_714_557_600_000, 1_714_557_600_000],
    [-1.5, -1.5],
    [null, undefined],
  ])('reads %s as a time', (published, time) => {
    expect(decode({ title: 'a', published })).toMatchObject({ published: time });
  });

  it.each([
    'yesterday',
    '2024',
    '2024-13-01',
    '2024-05-01T25:00Z',
    'Wed, 01 Nonsense 2024 10:00:00 GMT',
    '',
    8.64e15 + 2,
    NaN,
    true,
    {},
  ])('takes %s for no time', (published) => {
    expect(decode({ title: 'a', published })).toBeUndefined();
  });

  it.each([
    undefined,
    null,
    'a',
    1,
    {},
    { title: '' },
    { title: 'a', guid: 1 },
    { title: 'a', guid: ' ' },
    { title: 'a', link: '/a' },
    { title: 'a', link: 'http://' },
    { title: 'a', category: '' },
  ])('refuses %o', (value) => {
    expect(decode(value)).toBeUndefined();
    expect(headlineJson.is(value)).toBe(false);
  });

  it('leaves out what it does not know', () => {
    expect(decode(JSON.parse('{"title":"a","__proto__":{"b":1},"id":7}'))).toEqual({
      title: 'a',
      guid: undefined,
      link: undefined,
      published: undefined,
      category: undefined,
    });
  });

  it('says of its own what it decodes to', () => {
    const headline = { title: 'a', guid: 'b', link: 'http://c/', published: 1, category: 'd' };
    expect(decode(headline)).toEqual(headline);
    expect(headlineJson.is(headline)).toBe(true);
    expect(headlineJson.encode(headline)).toEqual(headline);
    expect(headlineJson.is({ ...headline, published: '2024-05-01' })).toBe(false);
  });
});
