import { expect, it } from 'vitest';
import { parsedUrl } from '../../src/contracts/runtime/parsedUrl.js';
import { itemLink } from '../../src/streams/feeds/parsing/items/itemLink.js';

it('gives undefined for what is no URL, also once its code is compiled', () => {
  // URL.canParse of Node 20 answers wrongly after as many calls, for texts of Latin-1 alone.
  for (let call = 0; call < 30_000; call++) parsedUrl('https://example.org/news');
  expect(parsedUrl('http:\u00cd\u0085')).toBeUndefined();
  expect(itemLink('http:\u00cd\u0085')).toBeUndefined();
});

it('resolves against a base', () => {
  expect(parsedUrl('/a', 'https://example.org/b')?.href).toBe('https://example.org/a');
  expect(parsedUrl('/a')).toBeUndefined();
});
