import { lastValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { checkIdentity, readBesides, type TrainingIdentity } from '../../../src/cli/checkpoints/trainingIdentity.js';
import { textSteps } from '../../../src/text/TextSteps.js';
import { collectVectors } from '../../../src/text/vectors/collectVectors.js';
import type { WordVectors } from '../../../src/text/vectors/WordVectors.js';

const identity: TrainingIdentity = {
  version: '1.0.0',
  backend: 'headwater',
  kernels: 'relaxed',
  options: {},
  data: 'a',
  text: 'b',
  vectors: 'none',
};

/** Continues from a checkpoint of a training that was different. */
const goOn = (then: Partial<TrainingIdentity>): void =>
  checkIdentity({ path: 'checkpoint-1', about: { ...identity, ...then, log: null } }, identity);

describe('what a training reads besides its rows', () => {
  const vectorsOf = (value: number): Promise<WordVectors> =>
    lastValueFrom(of({ word: 'rain', values: Float32Array.of(value, 1) }).pipe(collectVectors()));

  it('is told by its content', async () => {
    const none = readBesides(textSteps({ stopWords: ['the'] }), undefined);
    expect(none.vectors).toBe('none');
    expect(readBesides(textSteps({ stopWords: ['the'] }), undefined)).toEqual(none);
    expect(readBesides(textSteps({ stopWords: ['the', 'a'] }), undefined).text).not.toBe(none.text);
    const [one, other] = await Promise.all(
      [1, 2].map(async (value) => readBesides(textSteps(), await vectorsOf(value)).vectors),
    );
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(other).not.toBe(one);
  });
});

describe('a checkpoint of another training', () => {
  it.each([
    [{ version: '0.9.0' }, 'the version of Headwater was "0.9.0", and is now "1.0.0"'],
    [{ backend: 'cpu' }, 'the backend (--backend) was "cpu", and is now "headwater"'],
    [{ kernels: 'simd' }, 'the variant of the kernels was "simd", and is now "relaxed"'],
    [{ data: 'b' }, 'the SHA-256 of the data (--data) was "b", and is now "a"'],
    [{ text: 'c' }, 'the SHA-256 of the text steps (--stop-words) was "c", and is now "b"'],
    [{ vectors: 'c' }, 'the SHA-256 of the word vectors (--vectors) was "c", and is now "none"'],
    [{ options: { textColumn: 'x' } }, '--text-column was "x", and is now not given'],
  ])('is refused with the name of what differs: %o', (then, told) => {
    expect(() => goOn(then)).toThrow(
      expect.objectContaining({ code: 'HW_USAGE', message: expect.stringContaining(told) as string }),
    );
  });

  // Node 24 computes with wide kernels, and Node 20 with relaxed ones.
  it('is not refused where only the layout of the kernels differs, which gives the same bits', () => {
    expect(() => goOn({ kernels: 'wide' })).not.toThrow();
    expect(() => goOn({})).not.toThrow();
  });
});
