import { isLeft } from 'fp-ts/lib/Either.js';
import { from, lastValueFrom, map, toArray } from 'rxjs';
import { expect, it } from 'vitest';
import { decodeMessage } from '../../../src/brokers/decodeMessage.js';
import { headlineMessage } from '../../../src/cli/brokers/headlineMessage.js';
import type { LiveHeadline } from '../../../src/contracts/live/Live.js';
import { dedupe } from '../../../src/operators/live/dedupe.js';
import { headlineId } from '../../../src/streams/internal/headlineId.js';
import { headline } from '../../operators/live/headline.js';

const deduped = (headlines: readonly LiveHeadline[]): Promise<readonly LiveHeadline[]> =>
  lastValueFrom(from(headlines).pipe(dedupe(), toArray()));

it('brings each headline of a feed to the readers of a broker once', async () => {
  const [other, link] = [
    { title: 'Late goal', link: 'https://news.example/goal', published: 1 },
    'https://news.example/',
  ];
  const items = [
    { reading: 0, ...other },
    { reading: 0, title: 'Briefing', link: `${link}1`, published: 1 },
    { reading: 0, guid: 'N/A', title: 'One' },
    { reading: 0, guid: 'N/A', title: 'Two' },
    { reading: 0, guid: 'g', title: 'Three' },
    { reading: 1, ...other },
  ].map((fields) => headline(fields));
  const published = await lastValueFrom(
    from(items).pipe(
      dedupe(),
      map((item) => ({ ...item, key: headlineId(item) })),
      toArray(),
    ),
  );
  const received = published.map((item, id) => {
    const decoded = decodeMessage(Buffer.from(headlineMessage(item)), id, 'broker', 0);
    if (isLeft(decoded)) throw new Error(decoded.left);
    return decoded.right;
  });
  const read = await deduped([...received, ...received]);
  expect(read.map(({ title }) => title)).toEqual(['Late goal', 'Briefing', 'One', 'Two', 'Three']);
  expect(read.map(({ guid }) => guid).filter((guid) => guid === 'g' || guid === 'N/A')).toEqual(['N/A', 'g']);
});
