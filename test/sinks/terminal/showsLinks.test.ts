import { expect, it } from 'vitest';
import { linked, showsLinks } from '../../../src/sinks/terminal/showsLinks.js';

const tty = { isTTY: true };

it.each([
  ['a terminal that is known', tty, { TERM_PROGRAM: 'WezTerm' }, true],
  ['kitty', tty, { TERM: 'xterm-kitty' }, true],
  ['VTE with links', tty, { TERM: 'xterm-256color', VTE_VERSION: '7200' }, true],
  ['VTE before it had links', tty, { TERM: 'xterm-256color', VTE_VERSION: '4800' }, false],
  ['one that is not known', tty, { TERM: 'xterm-256color' }, false],
  ['tmux in a terminal that is known', tty, { TERM_PROGRAM: 'WezTerm', TMUX: '/tmp/x,1,0' }, false],
  ['a pipe', {}, { TERM_PROGRAM: 'WezTerm' }, false],
  ['FORCE_HYPERLINK', {}, { FORCE_HYPERLINK: '1' }, true],
  ['FORCE_HYPERLINK=0', tty, { TERM_PROGRAM: 'WezTerm', FORCE_HYPERLINK: '0' }, false],
])('knows whether links are shown: %s', (_name, stream, env, shown) => {
  expect(showsLinks(stream, env)).toBe(shown);
});

it('links to addresses of the web alone, and lets nothing of an address act on the terminal', () => {
  expect(linked('x', 'https://a.example/\u001b[2J')).toBe(
    '\u001b]8;;https://a.example/%1B[2J\u001b\\x\u001b]8;;\u001b\\',
  );
  expect([
    linked('x', 'javascript:alert(1)'),
    linked('x', 'file:///etc/passwd'),
    linked('x', 'no address'),
    linked('x', undefined),
  ]).toEqual(['x', 'x', 'x', 'x']);
});
