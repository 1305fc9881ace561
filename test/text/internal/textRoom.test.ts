import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

const TEXTS = ['', 'Ferry returns', `Grüße, Москва 東京 🏆 ${'long '.repeat(10_000)}`, '\ud800 alone'];

it.each(['Node', 'a browser'])('writes what is read in %s', async (where) => {
  if (where === 'a browser') vi.stubGlobal('process', undefined);
  const { narrowRoom, wideRoom } = await import('../../../src/text/internal/textRoom.js');
  for (const text of TEXTS) {
    const room = /^[\0-\xff]*$/.test(text) ? narrowRoom(text.length + 1) : wideRoom(text.length + 1);
    for (let at = 0; at < text.length; at++) room.units[at] = text.charCodeAt(at);
    expect(room.text(text.length)).toBe(text);
  }
});

it('lets the preprocessor of any script work without the modules of Node', async () => {
  vi.stubGlobal('process', undefined);
  vi.stubGlobal('Buffer', undefined);
  const { unicodePreprocessor } = await import('../../../src/text/unicode/unicodePreprocessor.js');
  const preprocess = unicodePreprocessor();
  expect(preprocess("Don't miss it")).toBe("Do n't miss it");
  expect(preprocess('für Führungsebene &amp; 東京')).toBe('für Führungsebene & 東 京');
  expect(unicodePreprocessor({ stopWords: ['miss'] })("Don't miss it")).toBe("Do n't it");
});
