import { describe, expect, it } from 'vitest';
import { feedValidators } from '../../../../src/streams/feeds/polling/feedValidators.js';

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

  it('goes by its own clock where the server does not say when', () => {
    const at = Date.parse(modified);
    expect(validators({ 'last-modified': modified }, at + 60_000).lastModified).toBe(modified);
    expect(validators({ 'last-modified': modified }, at + 1_000).lastModified).toBeUndefined();
  });
});
