import { from, lastValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  checkIdentity,
  preparedIdentity,
  type PreparedInputs,
  type TrainingIdentity,
} from '../../../src/cli/checkpoints/trainingIdentity.js';
import { prepare, type PrepareOptions } from '../../../src/operators/rows/prepare.js';
import { textSteps } from '../../../src/text/TextSteps.js';
import { collectVectors } from '../../../src/text/vectors/collectVectors.js';
import type { WordVectors } from '../../../src/text/vectors/WordVectors.js';

const identity: TrainingIdentity = {
  version: '1.0.0',
  backend: 'headwater',
  kernels: 'relaxed',
  options: {},
  data: 'a',
  table: 't',
  classes: 'k',
  vocabulary: 'w',
  sides: 's',
  text: 'b',
  vectors: 'none',
};

/** Continues from a checkpoint of a training that was different. */
const goOn = (then: Partial<TrainingIdentity>): void =>
  checkIdentity(
    { path: 'checkpoint-1', about: { ...identity, ...then, log: null } },
    { ...identity, start: undefined },
  );

describe('what a training reads besides its rows', () => {
  const vectorsOf = (value: number): Promise<WordVectors> =>
    lastValueFrom(of({ word: 'rain', values: Float32Array.of(value, 1) }).pipe(collectVectors()));

  const splitOf = (options: PrepareOptions = {}) =>
    lastValueFrom(
      prepare(
        from(
          ['rain', 'sun', 'goal', 'match'].map((title, id) => ({ id, title, category: id < 2 ? 'World' : 'Sports' })),
        ),
        { shares: { train: 1, validation: 0, test: 0 }, ...options },
      ),
    );
  const identityOf = async (inputs: Partial<PreparedInputs>) =>
    preparedIdentity({
      text: textSteps(),
      split: await splitOf(),
      table: undefined,
      vectors: undefined,
      start: undefined,
      ...inputs,
    });

  it('is told by its content', async () => {
    const text = textSteps({ stopWords: ['the'] });
    const none = await identityOf({ text });
    expect(none.vectors).toBe('none');
    expect(await identityOf({ text })).toEqual(none);
    expect((await identityOf({ text: textSteps({ stopWords: ['the', 'a'] }) })).text).not.toBe(none.text);
    const [one, other] = await Promise.all(
      [1, 2].map(async (value) => {
        const vectors = { vectors: await vectorsOf(value), source: 'vectors.txt' };
        return (await identityOf({ vectors })).vectors;
      }),
    );
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(other).not.toBe(one);
  });

  it('is told with what the first pass made of the rows', async () => {
    const usual = await identityOf({});
    const differsIn = async (inputs: Partial<PreparedInputs>): Promise<readonly string[]> => {
      const other = await identityOf(inputs);
      return Object.keys(usual).filter((key) => usual[key as keyof typeof usual] !== other[key as keyof typeof usual]);
    };
    expect(await differsIn({})).toEqual([]);
    expect(await differsIn({ split: await splitOf({ classOrder: ['World', 'Sports'] }) })).toEqual(['classes']);
    expect(await differsIn({ split: await splitOf({ numTokens: 4 }) })).toEqual(['vocabulary']);
    expect(await differsIn({ table: { titleColumns: ['text'], labelColumn: 'class' } })).toEqual(['table']);
    const split = await splitOf();
    const classCounts = { ...split.classCounts, test: Int32Array.of(1, 0) };
    expect(await differsIn({ split: { ...split, classCounts } })).toEqual(['sides']);
  });
});

describe('a checkpoint of another training', () => {
  it.each([
    [{ version: '0.9.0' }, 'the version of Headwater was "0.9.0", and is now "1.0.0"'],
    [{ backend: 'cpu' }, 'the backend (--backend) was "cpu", and is now "headwater"'],
    [{ kernels: 'simd' }, 'the variant of the kernels was "simd", and is now "relaxed"'],
    [{ data: 'b' }, 'the SHA-256 of the data (--data) was "b", and is now "a"'],
    [{ table: 'u' }, 'the SHA-256 of how the table is read (--data, --class-names) was "u", and is now "t"'],
    [{ classes: 'l' }, 'the SHA-256 of the classes in their order (--class-names) was "l", and is now "k"'],
    [{ vocabulary: 'x' }, 'the SHA-256 of the vocabulary, which also depends on the version of Node, was "x"'],
    [{ sides: 'r' }, 'the SHA-256 of the numbers of rows on each side was "r", and is now "s"'],
    [{ start: 'm' }, 'the id of the model of --warm-start was "m", and is now not given'],
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
