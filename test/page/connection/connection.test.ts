import { expect, it } from 'vitest';
import { connectionAfter, connectionAt, connectionWithoutNews } from '../../../src/page/connection/connection.js';

it('is not behind any more when nothing comes after a late headline', () => {
  const open = connectionAfter({ state: 'connecting' }, { type: 'opened', aheadMs: 0 }, 0);
  const late = connectionAt(open, 1000, 9000);
  expect(late).toMatchObject({ state: 'behind', lagMs: 8000 });
  expect(connectionWithoutNews(late, 18_999)).toBe(late);
  expect(connectionWithoutNews(late, 19_000)).toEqual(open);
  const lost = connectionAfter(late, { type: 'waiting', ms: 500 }, 19_000);
  expect(connectionWithoutNews(lost, 60_000)).toBe(lost);
});
