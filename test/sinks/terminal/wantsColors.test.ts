import { describe, expect, it } from 'vitest';
import { isInteractive } from '../../../src/sinks/terminal/isInteractive.js';
import { wantsColors } from '../../../src/sinks/terminal/wantsColors.js';

const tty = { isTTY: true };
const pipe = {};

describe('wantsColors', () => {
  it.each([
    [tty, {}, true],
    [tty, { NO_COLOR: '1' }, false],
    [tty, { NO_COLOR: '' }, true],
    [tty, { NO_COLOR: '0' }, false],
    [tty, { TERM: 'dumb' }, false],
    [tty, { CI: 'true' }, true],
    [pipe, {}, false],
    [pipe, { FORCE_COLOR: '1' }, true],
    [pipe, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    [tty, { FORCE_COLOR: '0' }, false],
    [tty, { FORCE_COLOR: 'false' }, false],
    [pipe, { FORCE_COLOR: '' }, false],
  ])('of %j in %j: %s', (stream, env, wanted) => expect(wantsColors(stream, env)).toBe(wanted));
});

describe('isInteractive', () => {
  it.each([
    [tty, {}, true],
    [tty, { CI: '1' }, false],
    [tty, { CI: 'false' }, true],
    [tty, { CI: '' }, true],
    [tty, { TERM: 'dumb' }, false],
    [tty, { NO_COLOR: '1' }, true],
    [pipe, {}, false],
    [{ isTTY: false }, {}, false],
  ])('of %j in %j: %s', (stream, env, interactive) => expect(isInteractive(stream, env)).toBe(interactive));
});
