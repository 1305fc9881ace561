import { describe, expect, it } from 'vitest';
import { SIDES } from '../../../src/contracts/rows/Row.js';
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
    for (let i = 0; i < many; i++) groups.sideOf(name(i), 0, () => sideOf(i));
    expect(groups.size).toBe(many);
    let forgotten = 0;
    for (let i = 0; i < many; i++) if (groups.sideOf(name(i), 0, never) !== sideOf(i)) forgotten++;
    expect(forgotten).toBe(0);
    expect(groups.size).toBe(many);
  });

  it('tells names apart that differ in one place, and takes any string', () => {
    const groups = new SideByGroup();
    const names = ['', ' ', 'a', 'b', 'ab', 'ba', 'aa', '__proto__', 'é', 'e\u0301', '🙂', '\ud83d', '\0', '\0\0'];
    names.forEach((name, i) => groups.sideOf(name, 0, () => sideOf(i)));
    expect(groups.size).toBe(names.length);
    names.forEach((name, i) => expect(groups.sideOf(name, 0, never)).toBe(sideOf(i)));
  });

  it('remembers nothing where no side could be chosen', () => {
    const groups = new SideByGroup();
    expect(() => groups.sideOf('a', 0, never)).toThrow();
    expect(groups.sideOf('a', 0, () => 'test')).toBe('test');
  });

  it('keeps the first groups, and gives every later one the side that follows from its hash', () => {
    const groups = new SideByGroup(1234, 100);
    const byHash = (fraction?: number): 'train' | 'test' =>
      fraction === undefined || fraction < 0.5 ? 'train' : 'test';
    const sides = Array.from({ length: 2000 }, (_, i) => groups.sideOf(`text ${i}`, 0, byHash));
    expect(groups.size).toBe(100);
    expect(sides.slice(0, 100)).not.toContain('test');
    expect(sides.map((_, i) => groups.sideOf(`text ${i}`, 0, byHash))).toEqual(sides);
    const onTest = sides.slice(100).filter((side) => side === 'test').length;
    expect(onTest).toBeGreaterThan(850);
    expect(onTest).toBeLessThan(1050);
    const other = new SideByGroup(1, 100);
    const differing = sides.filter((side, i) => other.sideOf(`text ${i}`, 0, byHash) !== side);
    expect(differing.length).toBeGreaterThan(700);
  });

  it('tells the stratum of the first row of a group', () => {
    const groups = new SideByGroup();
    const choose = () => 'train' as const;
    const firsts = [
      ['a', 3],
      ['b', 1],
      ['a', 2],
      ['a', 3],
    ].map(([name, stratum]) => {
      groups.sideOf(String(name), Number(stratum), choose);
      return groups.firstStratum;
    });
    expect(firsts).toEqual([undefined, undefined, 3, 3]);
  });

  it('counts the groups of a side of which rows came with another one', () => {
    const groups = new SideByGroup();
    groups.mark('early', 'test');
    for (const name of ['early', 'late', 'alone']) groups.sideOf(name, 0, () => 'train');
    groups.sideOf('elsewhere', 0, () => 'validation');
    groups.mark('late', 'test');
    groups.mark('late', 'test');
    groups.mark('elsewhere', 'test');
    groups.mark('new', 'test');
    expect(groups.countShared('train', 'test')).toBe(2);
    expect(groups.countShared('train', 'validation')).toBe(0);
    expect(groups.sideOf('early', 0, never)).toBe('train');
  });
});
