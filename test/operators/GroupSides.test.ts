import { describe, expect, it } from 'vitest';
import { SIDES } from '../../src/contracts/Row.js';
import { GroupSides } from '../../src/operators/GroupSides.js';

const sideOf = (i: number) => SIDES[i % 3] ?? 'train';
const never = () => {
  throw new Error('asked for the side of a known group');
};

describe('GroupSides', () => {
  it('remembers the side of every group while its table grows', () => {
    const groups = new GroupSides();
    for (let i = 0; i < 20_000; i++) expect(groups.sideOf(`group ${i}`, () => sideOf(i))).toBe(sideOf(i));
    expect(groups.size).toBe(20_000);
    for (let i = 0; i < 20_000; i++) expect(groups.sideOf(`group ${i}`, never)).toBe(sideOf(i));
    expect(groups.size).toBe(20_000);
  });

  it('tells names apart that differ in one place, and takes any string', () => {
    const groups = new GroupSides();
    const names = ['', ' ', 'a', 'b', 'ab', 'ba', 'aa', '__proto__', 'é', 'e\u0301', '🙂', '\ud83d', '\0', '\0\0'];
    names.forEach((name, i) => groups.sideOf(name, () => sideOf(i)));
    expect(groups.size).toBe(names.length);
    names.forEach((name, i) => expect(groups.sideOf(name, never)).toBe(sideOf(i)));
  });

  it('remembers nothing where no side could be chosen', () => {
    const groups = new GroupSides();
    expect(() => groups.sideOf('a', never)).toThrow();
    expect(groups.sideOf('a', () => 'test')).toBe('test');
  });
});
