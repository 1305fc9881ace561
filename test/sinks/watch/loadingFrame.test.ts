import { expect, it } from 'vitest';
import { loadingFrame } from '../../../src/sinks/watch/loadingFrame.js';
import { VirtualTerminal } from './VirtualTerminal.js';

it('draws a frame at once, and leaves nothing of it', () => {
  const stream = new VirtualTerminal();
  const erase = loadingFrame({
    feeds: ['https://news.example/sport.xml', 'stdin'],
    titles: new Map([['https://news.example/sport.xml', 'Sport']]),
    stream,
    env: { LANG: 'C.UTF-8', TERM: 'xterm', NO_COLOR: '1' },
  });
  expect(stream.screen).toEqual([
    'headwater watch   0.0 headlines/s   2 feeds',
    '0 classified   0 shown   0 repeated   0 dropped   0 rejected',
    '',
    '○ Sport  waiting',
    '○ stdin  waiting',
    '',
    'Loading the model.',
    '',
  ]);
  erase();
  expect(stream.screen.filter((line) => line !== '')).toEqual([]);
});
