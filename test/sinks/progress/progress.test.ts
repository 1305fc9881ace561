import { of, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { progress } from '../../../src/sinks/progress/progress.js';
import { rowProgress } from '../../../src/sinks/progress/rowProgress.js';
import { ended, epochEnded, epochStarted, started, step } from '../events.js';
import { FakeStream, screen } from '../FakeStream.js';

const utf8 = { LANG: 'en_US.UTF-8', TERM: 'xterm' };
/** A clock that stands still, so that no line has a rate or a remaining time. */
const scheduler = new VirtualTimeScheduler();

describe('progress', () => {
  it.each([{ redraw: -1 }, { every: NaN }])('refuses %j, for rows too', (options) => {
    expect(() => progress(options)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    expect(() => rowProgress({ label: 'reading', ...options })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });

  it('refuses a total that is none', () => {
    expect(() => rowProgress({ label: 'reading', total: -1 })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    expect(() => rowProgress({ label: 'reading', total: NaN })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });

  it.each([
    ['a pipe', false, utf8],
    ['a dumb terminal', true, { ...utf8, TERM: 'dumb' }],
    ['continuous integration', true, { ...utf8, CI: 'true' }],
  ])('writes plain lines to %s', (_name, isTTY, env) => {
    const stream = new FakeStream({ isTTY });
    of(started(), epochStarted(1), step(1, 0))
      .pipe(progress({ scheduler, stream, env, colors: false }))
      .subscribe();
    expect(stream.text).not.toMatch(/[\r\u001b]/);
    expect(stream.lines.length).toBe(1);
  });

  it('colours on a terminal, and not where NO_COLOR is set', () => {
    const events = of(started(), epochStarted(1), step(1, 0), epochEnded(1, true));
    const colored = new FakeStream({ isTTY: true });
    events.pipe(progress({ scheduler, stream: colored, env: utf8 })).subscribe();
    expect(colored.text).toContain('\u001b[32mbest\u001b[39m');
    const plain = new FakeStream({ isTTY: true });
    events.pipe(progress({ scheduler, stream: plain, env: { ...utf8, NO_COLOR: '1' } })).subscribe();
    expect(plain.text).not.toContain('\u001b[3');
    expect(plain.text).toContain('\r');
    expect(screen(plain.text)).toEqual(screen(colored.text));
  });

  it('draws with what the locale can show', () => {
    const events = of(started(), epochStarted(1), step(1, 0));
    const shown = (env: Record<string, string>): string => {
      const stream = new FakeStream({ isTTY: true });
      events.pipe(progress({ scheduler, stream, env: { TERM: 'xterm', ...env }, colors: false })).subscribe();
      return stream.text;
    };
    expect(shown({ LANG: 'C' })).toContain(' ####---------------- ');
    expect(shown({ LANG: 'en_US.UTF-8', LC_ALL: 'C' })).toContain(' ####---');
    expect(shown({ LANG: 'C', LC_ALL: '', LC_CTYPE: 'C.utf8' })).toContain(' ████░░░');
  });

  it.each([1, 8, 20, 40, 60, 79, 80, 200])('never draws beyond the last column but one of %i', (columns) => {
    const stream = new FakeStream({ isTTY: true, columns });
    of(started('gru', 1e9, 1e9), epochStarted(1), step(1, 0, 123_456_789))
      .pipe(progress({ scheduler, stream, env: utf8, colors: false }))
      .subscribe();
    const drawn = screen(stream.text).at(-2) ?? '';
    expect(Array.from(drawn).length).toBeLessThanOrEqual(columns - 1);
    if (columns > 8) expect(drawn.startsWith('epoch 1')).toBe(true);
  });

  it('leaves nothing of a longer line when it draws a shorter one', () => {
    const stream = new FakeStream({ isTTY: true });
    of(started(), epochStarted(1), step(1, 0, 20, 'gru', 1234.5), step(1, 1))
      .pipe(progress({ scheduler, stream, env: utf8, colors: false, redraw: 0 }))
      .subscribe();
    expect(stream.text).toContain('loss 1234.500');
    expect(screen(stream.text).at(-2)).toMatch(/ loss 0\.500$/);
  });

  it('takes a terminal without a known size for 80 columns', () => {
    for (const columns of [0, undefined]) {
      const stream = new FakeStream({ isTTY: true, ...(columns === undefined ? {} : { columns }) });
      of(started(), epochStarted(1), step(1, 0))
        .pipe(progress({ scheduler, stream, env: utf8, colors: false }))
        .subscribe();
      expect(screen(stream.text).at(-2)).toContain('█');
    }
  });

  it('names the models where there are several, and adds them up in one bar', () => {
    const stream = new FakeStream({ isTTY: true, columns: 100 });
    const both = ['gru', 'rnn'];
    of(
      ...both.map((model) => started(model)),
      ...both.map((model) => epochStarted(1, model)),
      step(1, 0, 40, 'gru', 0.5),
      step(1, 0, 20, 'rnn', 0.75),
    )
      .pipe(progress({ scheduler, stream, env: utf8, colors: false, redraw: 0 }))
      .subscribe();
    expect(screen(stream.text).at(-2)).toBe(
      `epoch 1/8  ${'█'.repeat(6)}${'░'.repeat(14)}   30%  loss gru  0.500  rnn  0.750`,
    );
    const lines = new FakeStream();
    of(...both.map((model) => started(model)), epochEnded(1, true, 'rnn'), ended('rnn', 'patience'))
      .pipe(progress({ scheduler, stream: lines, env: utf8 }))
      .subscribe();
    expect(lines.lines.slice(2)).toEqual([
      'rnn  epoch 1/8  train 0.812  validation 0.901  lr 1.0e-3  best',
      'rnn ended after epoch 6, for it got no better: best epoch 4, validation 0.901',
    ]);
  });

  it('makes do with events that come without a start', () => {
    const stream = new FakeStream({ isTTY: true });
    of(step(3, 0), epochEnded(3, false))
      .pipe(progress({ scheduler, stream, env: utf8, colors: false }))
      .subscribe();
    expect(stream.text).toContain('epoch 3  20 rows  loss 0.500');
    expect(screen(stream.text)).toEqual(['epoch 3  train 0.812  validation 0.901  lr 1.0e-3', '']);
  });

  it('shows losses that are no numbers as they are', () => {
    const stream = new FakeStream();
    of(
      { ...epochEnded(1, false), trainLoss: NaN, validationLoss: Infinity },
      { ...ended(), bestEpoch: 0, bestLoss: Infinity },
    )
      .pipe(progress({ scheduler, stream, env: utf8 }))
      .subscribe();
    expect(stream.lines).toEqual([
      'epoch 1  train NaN  validation Infinity  lr 1.0e-3',
      'gru ended after epoch 6: there were no rows to validate on',
    ]);
  });

  it('shows control characters in a name instead of obeying them', () => {
    const stream = new FakeStream();
    of(started('g\u001b[2Jru'))
      .pipe(progress({ scheduler, stream, env: utf8 }))
      .subscribe();
    of(1)
      .pipe(rowProgress({ label: 'a\nb', stream, env: utf8 }))
      .subscribe();
    expect(stream.text).not.toContain('\u001b');
    expect(stream.lines.length).toBe(2);
  });
});
