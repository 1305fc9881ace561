import { expect, it } from 'vitest';
import { LastLabels, type LabelledHeadline } from '../../../src/contracts/live/LastLabels.js';

const labels = (...given: readonly (readonly [title: string, guid: string | undefined, category: string])[]) => {
  const last = new LastLabels<string>();
  const corrected = given.map(([title, guid, category]) => {
    const headline: LabelledHeadline = { title, guid };
    return last.add(headline, `${title} ${category}`);
  });
  return { values: [...last.values()], corrected: corrected.flat(), last };
};

it('keeps the last label of a headline, where it was given last', () => {
  const { values, corrected } = labels(['a', '1', 'X'], ['b', '2', 'X'], ['a', '1', 'Y']);
  expect(values).toEqual(['b X', 'a Y']);
  expect(corrected).toEqual(['a X']);
});

it('keeps the labels of other headlines with the same title, or with the same id', () => {
  // Ids are unique in one source only, and a title may be corrected.
  expect(labels(['storm', '1', 'X'], ['storm', '2', 'Y'], ['rain', '1', 'Z']).values).toEqual([
    'storm X',
    'storm Y',
    'rain Z',
  ]);
});

it('takes a label without an id for one of each headline with its title', () => {
  expect(labels(['a', '1', 'X'], ['a', '2', 'X'], ['a', undefined, 'Y']).values).toEqual(['a Y']);
  expect(labels(['a', undefined, 'X'], ['a', '1', 'Y']).values).toEqual(['a Y']);
});

it('removes the oldest one', () => {
  const { last } = labels(['a', undefined, 'X'], ['b', undefined, 'X']);
  expect(last.shift()).toEqual(['a X']);
  expect(last.add({ title: 'a' }, 'a Z')).toEqual([]);
  expect([last.size, last.shift(), last.shift(), last.shift()]).toEqual([2, ['b X'], ['a Z'], []]);
});
