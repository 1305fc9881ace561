import * as rxjs from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Line } from '../../../site/browser/protocol.js';
import { formatValue } from '../../../site/browser/worker/formatValue.js';
import { gatherLines } from '../../../site/browser/worker/gatherLines.js';
import { instrument } from '../../../site/browser/worker/instrument.js';
import { messageOf } from '../../../site/browser/worker/messageOf.js';
import { wordEnds } from '../../../site/browser/worker/wordEnds.js';
import { observeStages } from '../../../site/browser/worker/observeStages.js';

/** What the program becomes, without the directive that each module has. */
const codeOf = ({ code }: { readonly code: string }): string => code.replace(/^"use strict";/, '');

const line = (text: string): Line => ({ level: 'log', text });

describe('gatherLines', () => {
  it('tells the first line at once, and a flood in few bundles with its last lines', () => {
    let now = 0;
    const told: { readonly lines: readonly Line[]; readonly left: number }[] = [];
    const lines = gatherLines(
      (some, left) => told.push({ lines: some, left }),
      () => now,
    );
    lines.add(line('first'));
    expect(told).toEqual([{ lines: [line('first')], left: 0 }]);
    // 200,000 lines in one second.
    for (let at = 0; at < 200_000; at++) {
      now += 0.005;
      lines.add(line(String(at)));
    }
    lines.flush();
    expect(told.length).toBeLessThan(30);
    expect(Math.max(...told.map(({ lines: { length } }) => length))).toBe(500);
    expect(told.at(-1)?.lines.at(-1)).toEqual(line('199999'));
    expect(told.reduce((sum, { lines: { length }, left }) => sum + length + left, 0)).toBe(200_001);
    expect(lines.count()).toBe(200_001);
  });
});

describe('instrument', () => {
  it('shows the values of statements, and of no declaration, assignment or directive', () => {
    const program = instrument(
      "'use strict';\nlet x = f(1);\nx = 2;\nf(x) // 3\nawait g<number>(x);\nif (x) f(x);\n({ a: 1 });\n[x, x];",
    );
    expect(codeOf(program)).toBe(
      "'use strict';\nlet x = f(1);\nx = 2;\n__value((f(x))) // 3\n__value((await g(x)));\n" +
        'if (x) f(x);\n__value((({ a: 1 })));\n__value(([x, x]));',
    );
  });

  it('keeps the stages of a pipe() that is a statement of its own', () => {
    const program = instrument('of(1).pipe(map((n) => n + 1), last()).subscribe();');
    expect(codeOf(program)).toBe('__value((__piped(0, of(1)).pipe(map((n) => n + 1), last()).subscribe()));');
    expect(program.stages.map(({ label }) => label)).toEqual(['of(1)', 'map((n) => n + 1)', 'last()']);
  });
});

describe('observeStages', () => {
  /** Runs a program of `$`, the names of RxJS; gives what it returns, and what went through each stage. */
  const run = (program: string): { readonly result: unknown; readonly seen: readonly string[] } => {
    const { code, stages } = instrument(program);
    const seen: string[] = [];
    const { piped, flush } = observeStages((answer) => {
      if (answer.type !== 'notified') return;
      for (const { stage, kind, text } of answer.notified)
        seen.push(`${stages[stage]?.label ?? ''}: ${kind === 'next' ? text : kind}`);
    });
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the programs of this file, as the worker runs them
    const body = new Function('$', '__piped', '__value', code) as (...given: readonly unknown[]) => unknown;
    const result = body(rxjs, piped, (value: unknown) => value);
    flush();
    return { result, seen };
  };

  it('tells what goes through each stage, of nested and optional pipelines too', () => {
    const { seen } = run(
      '$.of(1)?.pipe($.concatMap((n) => $.of(n).pipe($.map(String)))).pipe($.last()).subscribe(); undefined?.pipe(1);',
    );
    expect(seen).toEqual(
      expect.arrayContaining(['$.of(1): 1', '$.of(n): 1', '$.map(String): 1', '$.last(): 1', '$.last(): complete']),
    );
  });

  it('ends a synchronous source where the program does', () => {
    const { seen } = run(
      'function* numbers() { for (let at = 0; at < 1e6; at++) yield at; } $.from(numbers()).pipe($.take(2)).subscribe();',
    );
    expect(seen).toEqual([
      '$.from(numbers()): 0',
      '$.take(2): 0',
      '$.from(numbers()): 1',
      '$.take(2): 1',
      '$.take(2): complete',
    ]);
  });

  it('tells how a stage ended of which not all values are told', () => {
    const { seen } = run(
      '$.range(1, 10000).pipe($.map((n) => { if (n === 9000) throw "late"; return n; })).subscribe({ error: () => 0 });',
    );
    expect(seen.filter((line) => line.startsWith('$.range'))).toHaveLength(120);
    expect(seen.at(-1)).toMatch(/: error$/);
  });

  it.each([
    ['an object of its own', 'return { pipe: (...all) => all }.pipe(1, 2);', [1, 2]],
    ['a class', 'class A { constructor() { this.n = 1; } pipe(m) { return this.n + m; } } return new A().pipe(2);', 3],
    [
      'a superclass',
      'class A { pipe(m) { return m; } } class B extends A { pipe(m) { return super.pipe(m) + 1; } } return new B().pipe(2);',
      3,
    ],
    ['a stage that gives no Observable', 'return $.of(1).pipe($.map((n) => n + 1), () => 5);', 5],
    [
      'a value with a getter',
      'const all = []; $.of({ get a() { throw new Error("a"); } }).pipe($.map(() => 7)).subscribe((n) => all.push(n)); return all;',
      [7],
    ],
    [
      'a value that nobody can read',
      'const all = []; $.of(new Proxy({}, { has() { throw new Error("a"); }, ownKeys() { throw new Error("b"); } })).pipe($.map(() => 7)).subscribe((n) => all.push(n)); return all;',
      [7],
    ],
    [
      'an Observable to connect',
      'const all = []; const shared = $.of(1).pipe($.publish()); shared.pipe($.refCount()).subscribe((n) => all.push(n)); return all;',
      [1],
    ],
  ])('leaves what a program does as it is: %s', (_what, program, result) => {
    expect(run(program).result).toEqual(result);
  });
});

describe('wordEnds', () => {
  it.each([
    ['The cup, at last!', ['The', 'cup,', 'at', 'last!']],
    ['  a\u00a0b\n👍 ', ['a', 'b', '👍']],
    ['', []],
  ])('divides %j', (text, words) => {
    const found = wordEnds(text);
    expect(found.map(({ word }) => word)).toEqual(words);
    for (const { word, end } of found) expect(text.slice(0, end).endsWith(word)).toBe(true);
  });

  it('divides scripts without spaces by the dictionary, which differs between engines', () => {
    const words = wordEnds('“让音量调高” now').map(({ word }) => word);
    expect(words.length).toBeGreaterThan(2);
    expect(words.join(' ')).toMatch(/^“让.*高” now$/);
  });
});

describe('messageOf', () => {
  const unreadable = Object.defineProperty(new Error('x'), 'message', {
    get: () => {
      throw new Error('getter');
    },
  });
  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    ['text', 'text'],
    [Symbol('a'), 'Symbol(a)'],
    [{ code: 1 }, '{ code: 1 }'],
    [Object.create(null), '{}'],
    [unreadable, '[a value that cannot be read]'],
    [Object.assign(new Error('late'), { code: 'HW_USAGE' }), 'late [HW_USAGE]'],
  ])('says what was thrown: %#', (thrown, message) => {
    expect(messageOf(thrown)).toBe(message);
  });
});

describe('formatValue', () => {
  it.each([
    [rxjs.of(1), 'Observable'],
    [new rxjs.ReplaySubject(), 'Subject'],
    [[Object.assign(new rxjs.Observable(), { key: 'a' })], "[Observable of 'a']"],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date(Number.NaN), 'Invalid Date'],
    [/a+/gu, '/a+/gu'],
    [{}, '{}'],
    [[() => 1], '[[function]]'],
    [{ when: new Date(0) }, '{ when: 1970-01-01T00:00:00.000Z }'],
    [-0, '-0'],
    [new URL('http://example.org/a'), 'http://example.org/a'],
    [Object.create(null), '{}'],
    [{ constructor: undefined }, '{ constructor: undefined }'],
  ])('formats %s', (value, text) => {
    expect(formatValue(value)).toBe(text);
  });

  it('never runs code of the value, and never throws', () => {
    const throwing = {
      get a(): number {
        throw new Error('getter');
      },
      b: 1,
    };
    expect(formatValue(throwing)).toBe('{ a: [getter], b: 1 }');
    const unreadable = new Proxy(throwing, {
      ownKeys: () => {
        throw new Error('keys');
      },
    });
    expect(formatValue([unreadable])).toBe('[[a value that cannot be read]]');
  });
});
