import { describe, expect, it } from 'vitest';
import type { Line } from '../../../site/browser/protocol.js';
import { formatValue } from '../../../site/browser/worker/formatValue.js';
import { gatherLines } from '../../../site/browser/worker/gatherLines.js';
import { instrument } from '../../../site/browser/worker/instrument.js';

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
    expect(codeOf(program)).toBe(
      '__value((of(1).pipe(__stage(0), __stage(1, map((n) => n + 1)), __stage(2, last())).subscribe()));',
    );
    expect(program.stages.map(({ label }) => label)).toEqual(['of(1)', 'map((n) => n + 1)', 'last()']);
  });
});

describe('formatValue', () => {
  it.each([
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date(Number.NaN), 'Invalid Date'],
    [/a+/gu, '/a+/gu'],
    [{}, '{}'],
    [[() => 1], '[[function]]'],
    [{ when: new Date(0) }, '{ when: 1970-01-01T00:00:00.000Z }'],
  ])('formats %s', (value, text) => {
    expect(formatValue(value)).toBe(text);
  });
});
