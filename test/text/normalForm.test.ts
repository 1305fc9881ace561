import { afterEach, describe, expect, it, vi } from 'vitest';
import { normalForm } from '../../src/text/unicode/normalForm.js';
import { hashOfText } from '../../src/text/SeenTexts.js';
import { repairText } from '../../src/text/unicode/repairText.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Replaces lone surrogates before it normalizes, as Firefox does. */
const normalizeAsFirefox = (): void => {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its text
  const { normalize } = String.prototype;
  vi.spyOn(String.prototype, 'normalize').mockImplementation(function (this: string, form?: string) {
    return normalize.call(this.replaceAll(/\p{Cs}/gu, '\ufffd'), form);
  });
};

const TEXTS = ['free \udc00 call', '\ud800', '\ud83d\ud83d\ude00 é', 'e\u0301\udfff\u0301', 'ﬁne 👍 e\u0301'];

describe('normalForm', () => {
  it('normalizes what is around a lone surrogate', () => {
    expect(normalForm('ﬁ\udc00e\u0301', 'NFKC')).toBe('fi\udc00é');
    expect(normalForm('👍ﬁ', 'NFKC')).toBe('👍fi');
  });

  it.each(TEXTS)('reads a text the same in engines that replace lone surrogates: %j', (text) => {
    const read = (): unknown => [repairText(text), hashOfText(text)];
    const expected = read();
    normalizeAsFirefox();
    expect(read()).toEqual(expected);
  });
});
