import * as E from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { map } from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { HeadwaterError } from '../../src/contracts/HeadwaterError.js';
import { LabelEncoder } from '../../src/text/LabelEncoder.js';

const code = (expected: string): unknown => expect.objectContaining({ code: expected });

describe('LabelEncoder', () => {
  it('sorts classes by code point, each once', () => {
    expect(LabelEncoder.of(['b', 'a', 'B', 'b', '\u00e9', '\uff01', '\u{1f30a}', 'ba', '']).classes).toEqual([
      '',
      'B',
      'a',
      'b',
      'ba',
      '\u00e9',
      '\uff01',
      '\u{1f30a}',
    ]);
  });

  it('sorts numbers as numbers, or by a list, where it is asked to', () => {
    const names = ['10', '9', 'b', '-1', '2.5', 'a', '1e3'];
    expect(LabelEncoder.of(names).classes).toEqual(['-1', '10', '1e3', '2.5', '9', 'a', 'b']);
    expect(LabelEncoder.of(names, { order: 'number' }).classes).toEqual(['-1', '2.5', '9', '10', '1e3', 'a', 'b']);
    expect(LabelEncoder.of(names, { order: ['b', 'absent', '10', 'b'] }).classes).toEqual([
      'b',
      '10',
      '-1',
      '2.5',
      '9',
      '1e3',
      'a',
    ]);
  });

  it('sorts as code points compare, whatever the names', () => {
    const points = (name: string): number[] => Array.from(name, (character) => character.codePointAt(0) ?? 0);
    const names = fc.uniqueArray(
      fc.string({ unit: fc.constantFrom('a', '\ud83c', '\udf0a', '\u{1f30a}', '\ue000', '\uffff') }),
      { minLength: 2, maxLength: 8 },
    );
    fc.assert(
      fc.property(names, (some) => {
        const { classes } = LabelEncoder.of(some);
        for (const [i, name] of classes.slice(1).entries()) {
          const [before, after] = [points(classes[i] ?? ''), points(name)];
          const at = after.findIndex((point, k) => point !== before[k]);
          expect(at === -1 ? -1 : (before[at] ?? -1)).toBeLessThan(after[at] ?? 0);
        }
      }),
      { seed: 20 },
    );
  });

  it('encodes names and names indices', () => {
    const labels = LabelEncoder.of(['World', 'Sports']);
    expect(labels.size).toBe(2);
    expect([labels.encode('Sports'), labels.encode('World')]).toEqual([0, 1]);
    expect([labels.nameOf(0), labels.nameOf(1)]).toEqual(['Sports', 'World']);
    expect([labels.indexOf('World'), labels.indexOf('Weather'), labels.indexOf('toString')]).toEqual([
      1,
      undefined,
      undefined,
    ]);
  });

  it('says which class is not known, and which are', () => {
    const labels = LabelEncoder.of(['World', 'Sports']);
    expect(() => labels.encode('Weather')).toThrow(code('HW_LABEL'));
    expect(() => labels.encode('Weather')).toThrow(/"Weather" is not known; known are "Sports", "World"/);
    expect(() => labels.encode('Weather'.repeat(1000))).toThrow(/^The class "[Weathr]{79}…" is not known/);
    for (const index of [2, -1, 0.5]) expect(() => labels.nameOf(index)).toThrow(code('HW_LABEL'));
    const many = LabelEncoder.of(Array.from({ length: 40 }, (_, i) => `class ${i}`));
    expect(() => many.encode('x')).toThrow(/"class 10", .* and 30 more/);
  });

  it('takes one class, but not none', () => {
    expect(LabelEncoder.of(['World', 'World']).classes).toEqual(['World']);
    expect(() => LabelEncoder.of([])).toThrow(code('HW_EMPTY'));
  });

  it('takes a class called __proto__', () => {
    const labels = LabelEncoder.of(['constructor', '__proto__', '12', '3']);
    expect(labels.classes).toEqual(['12', '3', '__proto__', 'constructor']);
    expect(labels.encode('__proto__')).toBe(2);
    expect(LabelEncoder.parse(labels.stringify())).toEqual(E.right(labels));
    expect(LabelEncoder.parse(JSON.stringify(labels))).toEqual(E.right(labels));
  });

  it('cannot be changed', () => {
    expect(Object.isFrozen(LabelEncoder.of(['World']).classes)).toBe(true);
  });
});

describe('LabelEncoder JSON', () => {
  it('is written as CPython writes it', () => {
    expect(LabelEncoder.of(['Caf\u00e9', '12', '3']).stringify()).toBe(String.raw`{
    "class_to_index": {
        "12": 0,
        "3": 1,
        "Caf\u00e9": 2
    }
}`);
  });

  it('keeps the indices that it has, sorted or not', () => {
    const labels = LabelEncoder.fromJSON({ class_to_index: { Sports: 1, World: 0 } });
    expect(E.isRight(labels) && labels.right.classes).toEqual(['World', 'Sports']);
  });

  it.each([
    ['not an object', 'World', /should be/],
    ['no classes', { class_to_index: {} }, /has no class/],
    [
      'a gap',
      { class_to_index: { World: 0, Sports: 2 } },
      /"Sports" has the index 2, but 2 names take the indices 0 to 1/,
    ],
    ['names for indices', { class_to_index: { 0: 'World' } }, /"0" has the index "World"/],
    ['nothing of the kind', { char_level: false }, /class_to_index should be .*, but is missing/],
  ])('is refused: %s', (_, value, message) => {
    const labels = LabelEncoder.fromJSON(value, 'model/label_encoder.json');
    if (E.isRight(labels)) throw new Error('should have been refused');
    expect(labels.left).toBeInstanceOf(HeadwaterError);
    expect(labels.left).toMatchObject({ code: 'HW_ARTIFACT', where: 'model/label_encoder.json' });
    expect(labels.left.message).toMatch(message);
  });

  it('is refused where it is not JSON', () => {
    const labels = LabelEncoder.parse('');
    expect(E.isLeft(labels) && labels.left).toEqual(code('HW_ARTIFACT'));
  });
});

describe('LabelEncoder.fit', () => {
  const marbles = (body: (helpers: RunHelpers) => void): void => {
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(body);
  };
  const classes = map((labels: LabelEncoder) => labels.classes.join());

  it('emits once, when the labels complete', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('  --b--a--b--|');
      const expected = '     -----------(e|)';
      expectObservable(source.pipe(LabelEncoder.fit(), classes)).toBe(expected, { e: 'a,b' });
      expectSubscriptions(source.subscriptions).toBe('^----------!');
    });
  });

  it('collects anew for each subscriber', () => {
    let run = 0;
    const source = map((name: string) => `${name}${run}`);
    marbles(({ cold, expectObservable }) => {
      const fitted = cold('-a-|').pipe(
        source,
        LabelEncoder.fit(),
        map((labels) => ((run += 1), labels.classes.join())),
      );
      expectObservable(fitted).toBe('        ---(e|)', { e: 'a0' });
      expectObservable(fitted, '-----^').toBe('--------(e|)', { e: 'a1' });
    });
  });

  it('waits, passes on an error, errs where there are no labels, and leaves its source when it is left', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      expectObservable(cold('-').pipe(LabelEncoder.fit())).toBe('-');
      expectObservable(cold('--a--#').pipe(LabelEncoder.fit())).toBe('-----#');
      const error = new HeadwaterError(
        'HW_EMPTY',
        'There are no labels to learn the classes from: check that the ' +
          'source has rows, and that the train side has some.',
      );
      expectObservable(cold('--|').pipe(LabelEncoder.fit())).toBe('--#', undefined, error);
      const left = cold('--a--b--|');
      expectObservable(left.pipe(LabelEncoder.fit()), '---!').toBe('----');
      expectSubscriptions(left.subscriptions).toBe('^--!');
    });
  });
});
