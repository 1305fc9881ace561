import { describe, expect, it } from 'vitest';
import { codeOf } from '../../src/contracts/codeOf.js';
import { messageOf } from '../../src/contracts/messageOf.js';
import { reasonOf } from '../../src/contracts/reasonOf.js';

/** An error as Node makes it of a number of the system that it has no name for. */
const unknown = (number: number, rest: string): Error =>
  Object.assign(new Error(`Unknown system error ${number}: Unknown system error ${number}, ${rest}`), {
    errno: number,
    code: `Unknown system error ${number}`,
  });

describe('errors of the system that Node has no name for', () => {
  it.each([
    [-122, 'EDQUOT', 'the disk quota is exceeded'],
    [-116, 'ESTALE', 'the server of the network file system does not know the file any more'],
    [-117, 'EUCLEAN', 'the file system is damaged'],
  ])('%i is %s', (number, name, meaning) => {
    const error = unknown(number, "rename 'a' -> 'b'");
    expect(codeOf(error)).toBe(name);
    expect(messageOf(error)).toBe(`${name}: ${meaning}, rename 'a' -> 'b'`);
    expect(reasonOf(new Error('Outer.', { cause: error }))).toBe(`Outer. ${name}: ${meaning}, rename 'a' -> 'b'`);
  });

  it('leaves others as they are', () => {
    const error = unknown(-9999, 'write');
    expect(codeOf(error)).toBe('Unknown system error -9999');
    expect(messageOf(error)).toBe(error.message);
    expect(codeOf(Object.assign(new Error('x'), { code: 'ENOENT' }))).toBe('ENOENT');
    expect(codeOf(Object.assign(new Error('x'), { code: 7 }))).toBe(7);
  });
});
