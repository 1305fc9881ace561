import { describe, expect, it } from 'vitest';
import { byThing, type Figure, median, overRounds } from '../../bench/Figure.js';
import { ratios } from '../../bench/ratios.js';
import { backends, comparison, markdown } from '../../bench/tables.js';

const ours = (samples: number): Figure => ({
  what: 'train',
  model: 'gru',
  backend: 'headwater',
  threads: 2,
  samples_per_s: samples,
  max_rss_mb: samples / 100,
});
const theirs = (variant: string, samples: number): Figure => ({
  what: 'train',
  model: 'gru',
  peer: 'torch 2',
  variant,
  samples_per_s: samples,
});

describe('median', () => {
  it('is the middle value, or the mean of the two in the middle', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, NaN]);
  });
});

describe('figures over rounds', () => {
  it('are grouped by what they are of, not by what was measured', () => {
    expect(byThing([ours(100), theirs('tuned', 10), ours(300)]).map((group) => group.length)).toEqual([2, 1]);
  });

  it('become their medians, with what each round measured', () => {
    expect(overRounds([ours(100), ours(900), ours(300)])).toMatchObject({
      samples_per_s: 300,
      each_samples_per_s: [100, 900, 300],
      max_rss_mb: 3,
      rounds: 3,
    });
  });
});

describe('ratios', () => {
  it('are taken within each round, and their median over the rounds', () => {
    const rounds = [
      [ours(100), theirs('lesson', 50), theirs('tuned', 100)],
      [ours(200), theirs('lesson', 20), theirs('tuned', 100)],
      [ours(300), theirs('lesson', 100), theirs('tuned', 100)],
    ];
    expect(ratios(rounds)).toMatchObject([
      { what: 'ratio', of: 'train', model: 'gru', variant: 'lesson', ratio: 3, each_ratio: [2, 10, 3] },
      { variant: 'tuned', ratio: 2, each_ratio: [1, 2, 3] },
    ]);
  });

  it('of times say how many times as short ours are', () => {
    const latency = (side: Partial<Figure>, p50: number): Figure => ({
      what: 'latency',
      model: 'gru',
      ...side,
      p50_us: p50,
    });
    expect(
      ratios([[latency({ backend: 'headwater' }, 50), latency({ peer: 'torch 2', variant: 'tuned' }, 1000)]]),
    ).toMatchObject([{ of: 'latency', ratio: 20 }]);
  });

  it('of the data path compare what does the same work: not the one that reads the table again for every side', () => {
    const path = (side: Partial<Figure>, rows: number): Figure => ({ what: 'pipeline', ...side, rows_per_s: rows });
    const round = [
      path({ backend: 'headwater', variant: 'streamed' }, 1),
      path({ backend: 'headwater', variant: 'memory' }, 100),
      path({ peer: 'torch 2', variant: 'lesson' }, 20),
    ];
    expect(ratios([round])).toMatchObject([{ of: 'pipeline', ratio: 5 }]);
  });
});

describe('tables', () => {
  it('put both sides beside each other, with the least and most of the rounds', () => {
    const rounds = [
      [ours(9000), theirs('tuned', 1000)],
      [ours(8000), theirs('tuned', 2000)],
    ];
    const figures = [...byThing(rounds.flat()).map(overRounds), ...ratios(rounds)];
    expect(comparison(figures)).toEqual([
      ['figure', 'Headwater', 'PyTorch lesson', 'PyTorch tuned', 'PyTorch shortcut'],
      ['GRU training', '8,500 rows/s', '–', '1,500 rows/s: 6.5× (4–9)', '–'],
    ]);
  });

  it('put backends beside each other, with how many times as fast the embedded one is, and know no others for ours', () => {
    const on = (backend: string, samples: number): Figure => ({
      what: 'train',
      model: 'gru',
      backend,
      engine: 'Node 20',
      samples_per_s: samples,
    });
    const rounds = [
      [
        { ...ours(9000), engine: 'Node 20' },
        { ...ours(50_000), engine: 'Node 24' },
        { ...ours(7), engine: 'Node 20', model: 'rnn' },
        on('cpu', 10),
        on('tensorflow', 3000),
      ],
      [
        { ...ours(8000), engine: 'Node 20' },
        { ...ours(50_000), engine: 'Node 24' },
        { ...ours(7), engine: 'Node 20', model: 'rnn' },
        on('cpu', 20),
        on('tensorflow', 2000),
      ],
    ];
    const figures = byThing(rounds.flat()).map(overRounds);
    expect(backends(figures)).toEqual([
      ['figure', 'headwater', 'cpu', 'tensorflow'],
      ['GRU training, Node 20', '8,500 rows/s', '15 rows/s: 650×', '2,500 rows/s: 3.5×'],
    ]);
    expect(comparison(figures).map(([figure]) => figure)).toEqual([
      'figure',
      'GRU training, Node 20',
      'GRU training, Node 24',
      'RNN training, Node 20',
    ]);
    expect(ratios([[...rounds[0]!, theirs('tuned', 1000)]])).toMatchObject([
      { engine: 'Node 20', ratio: 9 },
      { engine: 'Node 24', ratio: 50 },
    ]);
  });

  it('of backends compare times by how many times as short ours are', () => {
    const latency = (backend: string, p50: number): Figure => ({
      what: 'latency',
      model: 'gru',
      backend,
      engine: 'Node 20',
      p50_us: p50,
    });
    expect(backends([latency('headwater', 50), latency('tensorflow', 1000)])[1]).toEqual([
      'GRU one headline, p50, Node 20',
      '50 µs',
      '1,000 µs: 20×',
    ]);
  });

  it('are escaped in Markdown', () => {
    expect(
      markdown([
        ['a', 'b'],
        ['x|y', 'z'],
      ]),
    ).toBe('| a | b |\n| --- | --- |\n| x\\|y | z |');
  });
});
