import { from, lastValueFrom, NEVER, of, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { runMarbles } from '../../src/testing/runMarbles.js';
import { hashOfText, SeenTexts } from '../../src/text/SeenTexts.js';

const setOf = (...texts: readonly string[]): SeenTexts => SeenTexts.fromHashes(Uint32Array.from(texts, hashOfText));

describe('SeenTexts', () => {
  it('knows the texts that it was made from, and no others', async () => {
    const texts = Array.from({ length: 2000 }, (_, i) => `Report ${i} of the harbour`);
    const seen = await lastValueFrom(from(texts).pipe(SeenTexts.fit()));
    expect(seen.size).toBe(2000);
    expect(texts.every((text) => seen.has(text))).toBe(true);
    expect(texts.filter((text) => seen.has(`${text}s`))).toEqual([]);
  });

  it('takes texts for equal that differ in case, white space or the form of a character', () => {
    const seen = setOf('  Café   in\tApril ');
    expect(seen.has('CAFE\u0301 in April')).toBe(true);
    expect(seen.has('Cafe in April')).toBe(false);
  });

  it('knows nothing where there was no text', () => {
    expect(setOf().has('')).toBe(false);
    expect(setOf('').has('')).toBe(true);
  });

  it('keeps each hash once, in ascending order', () => {
    const given = Uint32Array.of(7, 0, 4_000_000_000, 7);
    expect([...SeenTexts.fromHashes(given).hashes]).toEqual([0, 7, 4_000_000_000]);
    expect([...given]).toEqual([7, 0, 4_000_000_000, 7]);
  });

  it('joins two sets, and changes neither', () => {
    const [one, other] = [setOf('a', 'b'), setOf('b', 'c')];
    const both = one.union(other);
    expect(['a', 'b', 'c', 'd'].map((text) => both.has(text))).toEqual([true, true, true, false]);
    expect([one.size, other.size, both.size]).toEqual([2, 2, 3]);
  });

  it('has hashes that stay the same, because they are stored in files', () => {
    expect(['rain', 'Late goal', '雨'].map(hashOfText)).toEqual([2219087437, 765098201, 3919831887]);
  });

  it('emits when the source completes, also after no text, and passes an error on', () => {
    runMarbles(({ cold, expectObservable }) => {
      const size = (seen$: ReturnType<typeof cold<string>>) => seen$.pipe(SeenTexts.fit());
      expectObservable(size(cold('-a-b-a-|'))).toBe('-------(s|)', { s: setOf('a', 'b') });
      expectObservable(size(cold('--|'))).toBe('--(s|)', { s: setOf() });
      expectObservable(size(cold('-a-#'))).toBe('---#');
    });
    const told: unknown[] = [];
    NEVER.pipe(SeenTexts.fit()).subscribe((seen) => told.push(seen));
    expect(told).toEqual([]);
  });

  it('starts afresh at each subscription', async () => {
    const seen$ = of('a').pipe(SeenTexts.fit());
    expect((await lastValueFrom(seen$)).size).toBe(1);
    expect((await lastValueFrom(seen$)).size).toBe(1);
    await expect(lastValueFrom(throwError(() => new Error('gone')).pipe(SeenTexts.fit()))).rejects.toThrow('gone');
  });
});
