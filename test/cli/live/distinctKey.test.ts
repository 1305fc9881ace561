import { from, lastValueFrom, map, toArray } from 'rxjs';
import { expect, it } from 'vitest';
import { distinctKey } from '../../../src/cli/live/distinctKey.js';
import { dedupe } from '../../../src/operators/live/dedupe.js';
import { headlineId } from '../../../src/streams/internal/headlineId.js';
import { headline } from '../../operators/live/headline.js';

it('gives every headline of a feed a key of its own, the same at every reading', async () => {
  const items = [
    { guid: 'N/A', title: 'One' },
    { guid: 'N/A', title: 'Two' },
    { guid: 'N/A', title: 'Three' },
    { guid: 'g', title: 'Four' },
    { link: 'https://news.example/map', title: 'Quake', published: 1 },
    { link: 'https://news.example/map', title: 'Quake', published: 2 },
    { title: 'Frost', published: 1 },
    { title: 'Frost', published: 2 },
  ].map((fields) => headline({ ...fields, reading: 0 }));
  const keys = (): Promise<readonly (string | undefined)[]> =>
    lastValueFrom(
      from(items).pipe(
        map((item) => ({ ...item, key: headlineId(item) })),
        dedupe(),
        map(distinctKey),
        map(({ key }) => key),
        toArray(),
      ),
    );
  const first = await keys();
  expect(new Set(first).size).toBe(items.length);
  expect(await keys()).toEqual(first);
  // Those that are named by their guid alone keep the key of that.
  expect(first[3]).toBe(
    headlineId({ source: items[3]?.source ?? '', guid: 'g', title: '', link: undefined, published: 9 }),
  );
});
