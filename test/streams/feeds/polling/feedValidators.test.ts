import { describe, expect, it } from 'vitest';
import { feedValidators, isTrusted, withoutStuck } from '../../../../src/streams/feeds/polling/feedValidators.js';

const validators = (headers: Readonly<Record<string, string>>, now = 0): ReturnType<typeof feedValidators> =>
  feedValidators((field) => headers[field], now);

describe('feedValidators', () => {
  const modified = 'Wed, 01 May 2024 10:00:00 GMT';

  it('keeps both to the letter', () => {
    const headers = { etag: 'W/x', 'last-modified': modified, date: 'Wed, 01 May 2024 10:05:00 GMT' };
    expect(validators(headers)).toEqual({ etag: 'W/x', lastModified: modified });
    expect(validators({ 'last-modified': 'then' })).toEqual({ etag: undefined, lastModified: 'then' });
  });

  it.each(['Wed, 01 May 2024 10:00:00 GMT', 'Wed, 01 May 2024 10:00:59 GMT', 'Mon, 01 Jan 2024 00:00:00 GMT'])(
    'leaves a date out that was too near, or in the future, at %s',
    (date) => {
      expect(validators({ 'last-modified': modified, date })).toEqual({ etag: undefined, lastModified: undefined });
    },
  );

  it.each(['Thu, 01 Jan 1970 00:00:00 GMT', 'Tue, 01 Jan 1980 00:00:01 GMT'])(
    'leaves out %s, before any feed',
    (date) => {
      expect(validators({ 'last-modified': date, etag: '"1"' }, Date.parse(modified)).lastModified).toBeUndefined();
    },
  );

  it('goes by its own clock where the server does not say when', () => {
    const at = Date.parse(modified);
    expect(validators({ 'last-modified': modified }, at + 60_000).lastModified).toBe(modified);
    expect(validators({ 'last-modified': modified }, at + 1_000).lastModified).toBeUndefined();
  });
});

describe('isTrusted', () => {
  const day = 86_400_000;

  it.each([
    ['within a day', { etag: '1', read: 10 }, 9 + day, true],
    ['after a day', { etag: '1', read: 10 }, 10 + day, false],
    ['after the clock was set back', { lastModified: 'then', read: 10 }, 9, false],
    ['where it is not known when it was read', { etag: '1' }, 10 * day, true],
    ['without validators', { read: 10 }, 11, false],
  ])('%s', (_name, known, now, trusted) => {
    expect(isTrusted({ address: 'x', ...known }, now)).toBe(trusted);
  });
});

describe('withoutStuck', () => {
  const feed = (newest: readonly string[], etag?: string, lastModified?: string) => ({
    address: 'x',
    newest,
    etag,
    lastModified,
  });

  it('keeps validators while the items are the same, or have changed with them', () => {
    const first = withoutStuck(feed(['a'], '"1"', 'then'), undefined);
    expect(first).toMatchObject({ etag: '"1"', lastModified: 'then', stuck: undefined });
    expect(withoutStuck(feed(['a'], '"1"', 'then'), first)).toEqual(first);
    expect(withoutStuck(feed(['b'], '"2"', 'now'), first)).toMatchObject({ etag: '"2"', lastModified: 'now' });
  });

  it('leaves out the one that stays while the items change, until the server sends another', () => {
    const stuck = withoutStuck(feed(['b'], '"1"', 'now'), feed(['a'], '"1"', 'then'));
    expect(stuck).toMatchObject({ etag: undefined, lastModified: 'now', stuck: ['"1"'] });
    const still = withoutStuck(feed(['b'], '"1"', 'now'), stuck);
    expect(still).toMatchObject({ etag: undefined, lastModified: 'now', stuck: ['"1"'] });
    expect(withoutStuck(feed(['b'], '"2"', 'now'), still)).toMatchObject({ etag: '"2"', lastModified: 'now' });
  });
});
