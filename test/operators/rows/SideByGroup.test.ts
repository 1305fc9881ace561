import { describe, expect, it } from 'vitest';
import { SIDES } from '../../../src/contracts/Row.js';
import { SideByGroup } from '../../../src/operators/rows/internal/SideByGroup.js';

const sideOf = (i: number) => SIDES[i % 3] ?? 'train';
const never = () => {
  throw new Error('asked for the side of a known group');
};

describe('SideByGroup', () => {
  it('tells 200,000 groups apart, and remembers the side of each while its table grows', () => {
    // So many that, by 32 bits of the hash alone, some would be taken for others.
    const many = 200_000;
    const name = (i: number): string => `${Math.imul(i, 0x9e3779b1) >>> 0} ${i * i}`;
    const groups = new SideByGroup();
    for (let i = 0; i < many; i++) groups.sideOf(name(i), () => sideOf(i));
    expect(groups.size).toBe(many);
    let forgotten = 0;
    for (let i = 0; i < many; i++) if (groups.sideOf(name(i), never) !== sideOf(i)) forgotten++;
    expect(forgotten).toBe(0);
    expect(groups.size).toBe(many);
  });

  it('tells names apart that differ in one place, and takes any string', () => {
    const groups = new SideByGroup();
    const names = ['', ' ', 'a', 'b', 'ab', 'ba', 'aa', '__proto__', 'é', 'e\u0301', '🙂', '\ud83d', '\0', '\0\0'];
    names.forEach((name, i) => groups.sideOf(name, () => sideOf(i)));
    expect(groups.size).toBe(names.length);
    names.forEach((name, i) => expect(groups.sideOf(name, never)).toBe(sideOf(i)));
  });

  it('remembers nothing where no side could be chosen', () => {
    const groups = new SideByGroup();
    expect(() => groups.sideOf('a', never)).toThrow();
    expect(groups.sideOf('a', () => 'test')).toBe('test');
  });
});
