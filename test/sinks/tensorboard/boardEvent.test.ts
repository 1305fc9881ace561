import { describe, expect, it } from 'vitest';
import { summaryEvent, versionEvent } from '../../../src/sinks/tensorboard/boardEvent.js';
import { markdownTable } from '../../../src/sinks/tensorboard/internal/markdownTable.js';
import { readEvent, readMessage } from './readEvents.js';

const utf8 = new TextDecoder();

describe('an event', () => {
  it('that a file begins with names the version', () => {
    // wall_time = 2.0 (field 1, 64 bits), file_version (field 3, bytes).
    expect(Buffer.from(versionEvent(2)).toString('hex')).toBe(
      `0900000000000000401a0d${Buffer.from('brain.Event:2').toString('hex')}`,
    );
  });

  it('holds scalars as float32, under their tags', () => {
    // wall_time = 1.5, step = 300, summary { value { tag: "a" simple_value: 0.5 } }.
    expect(
      Buffer.from(summaryEvent({ wallTime: 1.5, step: 300 }, [{ type: 'scalar', tag: 'a', value: 0.5 }])).toString(
        'hex',
      ),
    ).toBe('09000000000000f83f' + '10ac02' + '2a0a' + '0a08' + '0a0161' + '150000003f');
    const { values } = readEvent(
      summaryEvent({ wallTime: 0, step: 0 }, [
        { type: 'scalar', tag: 'b', value: NaN },
        { type: 'scalar', tag: 'c', value: Infinity },
        { type: 'scalar', tag: 'd', value: 0.1 },
      ]),
    );
    expect(values).toEqual({ b: NaN, c: Infinity, d: Math.fround(0.1) });
  });

  it('counts steps beyond 32 bits', () => {
    expect(readEvent(summaryEvent({ wallTime: 0, step: 2 ** 40 + 5 }, [])).step).toBe(2 ** 40 + 5);
  });

  it('holds texts of any script', () => {
    expect(
      readEvent(summaryEvent({ wallTime: 0, step: 1 }, [{ type: 'text', tag: 'note', markdown: '**größer** 競技 🏟' }]))
        .values,
    ).toEqual({ note: '**größer** 競技 🏟' });
  });

  it('holds hyperparameters by name, each as what it is', () => {
    const hyperparameters = { cell: 'gru', lr: 1e-3, 'over-padding': false };
    const { values } = readEvent(summaryEvent({ wallTime: 3, step: 0 }, [{ type: 'session-start', hyperparameters }]));
    const data = values['_hparams_/session_start_info'];
    if (!(data instanceof Uint8Array)) throw new Error('There is no session.');
    const session = readMessage(readMessage(data).get(3)?.[0] as Uint8Array);
    const entries = (session.get(1) ?? []).map((entry) => {
      const pair = readMessage(entry as Uint8Array);
      const [[kind, [value] = []] = [0]] = readMessage(pair.get(2)?.[0] as Uint8Array);
      return [
        utf8.decode(pair.get(1)?.[0] as Uint8Array),
        kind,
        value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
      ];
    });
    const lr = Buffer.alloc(8);
    lr.writeDoubleLE(1e-3);
    expect(entries).toEqual([
      ['cell', 3, Buffer.from('gru').toString('hex')],
      ['lr', 2, lr.toString('hex')],
      ['over-padding', 4, 0],
    ]);
  });
});

describe('a table in markdown', () => {
  it('shows what stands in its cells as it is', () => {
    expect(
      markdownTable(
        ['a', 'b'],
        [
          ['x|y', '<b>*z*</b>'],
          ['new\nline', 'sci_tech'],
        ],
      ),
    ).toBe(
      ['| a | b |', '| --- | --- |', '| x\\|y | &lt;b\\>\\*z\\*&lt;/b\\> |', '| new\\\\u000aline | sci\\_tech |'].join(
        '\n',
      ),
    );
  });
});
