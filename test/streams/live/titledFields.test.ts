import { expect, it } from 'vitest';
import { decodeHeadline, withReadableFields } from '../../../src/streams/live/headlineJson.js';

const decoded = (value: unknown): unknown => {
  const found = decodeHeadline(withReadableFields(value, 'stdin'));
  return found._tag === 'Right' ? found.right : found.left.field;
};

it.each([
  ['another usual name', { text: 'a b' }],
  ['a name in another case', { Headline: 'a b' }],
  ['a name in another language', { Текст: 'a b' }],
  ['the likelier of two names', { summary: 'c', body: 'a b' }],
  ['the next name where the likelier one has no text', { title: null, text: ' ', content: 'a b' }],
  ['the text within a title', { title: { rendered: 'a&nbsp;b' } }],
  ['the main text of a headline', { headline: { kicker: 'c', main: 'a b' } }],
  ['the data of a cloud event', { specversion: '1.0', type: 'c', source: 'd', data: { title: 'a b' } }],
  ['the row of a change stream', { payload: { op: 'c', after: { text: 'a b' } } }],
  ['a body in HTML as a line of text', { content: '<p>a<br>b</p>' }],
])('finds %s', (_, value) => {
  expect(decoded(value)).toMatchObject({ title: 'a b' });
});

it('leaves a title that is about HTML as it is', () => {
  expect(decoded({ title: 'what </b> does' })).toMatchObject({ title: 'what </b> does' });
});

it('keeps the other fields of the objects around it, of which the inner one wins', () => {
  const value = { id: 'outer', time: 1, data: { text: 'a', id: 'inner' }, url: 'https://a.example/' };
  expect(decoded(value)).toMatchObject({ guid: 'inner', link: 'https://a.example/' });
});

it.each([
  ['class', 'Sport', 'Sport'],
  ['label', 3, '3'],
  ['label', false, 'false'],
  ['category', ['a', 'b'], undefined],
  ['category', '', undefined],
])('reads a %s of %o as the category %o', (name, value, category) => {
  expect(decoded({ text: 'a', [name]: value })).toMatchObject({ title: 'a', category });
});

it.each([
  { number: 1 },
  { title: 3 },
  { title: ' ' },
  { title: {} },
  { data: { data: { data: { data: { title: 'too deep' } } } } },
  { other: { title: 'a' } },
])('finds none in %o', (value) => {
  expect(decoded(value)).toBe('title');
});

it('reads a wide object in linear time', () => {
  const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`c${i}`, 'x']));
  expect(decoded({ ...wide, text: 'a' })).toMatchObject({ title: 'a' });
});
