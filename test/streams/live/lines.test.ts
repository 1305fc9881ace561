import { PassThrough, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { SourceEvent } from '../../../src/contracts/live/Live.js';
import type { Rejection } from '../../../src/contracts/rows/Rejection.js';
import { headlineLines } from '../../../src/streams/live/headlineLines.js';
import { jsonLineHeadlines } from '../../../src/streams/live/jsonLineHeadlines.js';
import { valve } from '../../../src/streams/valve.js';
import { collect } from '../collect.js';
import { fileOf } from '../scratch.js';
import { serveBody } from '../servers.js';
import { until } from './listening.js';

/** A clock that stands at a time; what is scheduled goes on through real time. */
const clock = (now: number) => {
  const scheduler = new VirtualTimeScheduler();
  scheduler.frame = now;
  return scheduler;
};

const watched = () => {
  const rejections: Rejection[] = [];
  const events: SourceEvent[] = [];
  return {
    rejections,
    events,
    options: {
      rejections: { next: (rejection: Rejection) => void rejections.push(rejection) },
      events: { next: (event: SourceEvent) => void events.push(event) },
    },
  };
};

describe('headlineLines', () => {
  it('makes each line that is not blank a headline', async () => {
    const { options, events } = watched();
    const { values, error } = await collect(
      headlineLines(Readable.from([' Ferry back\r\n\n  \t\n{"title": "No JSON here"}']), {
        ...options,
        scheduler: clock(1_700),
      }),
    );
    expect(error).toBeUndefined();
    const rest = {
      source: 'stream',
      guid: undefined,
      link: undefined,
      published: undefined,
      seen: 1_700,
      category: undefined,
    };
    expect(values).toEqual([
      { id: 0, title: ' Ferry back', ...rest },
      { id: 1, title: '{"title": "No JSON here"}', ...rest },
    ]);
    expect(events).toEqual([
      { type: 'opened', source: 'stream', at: 1_700 },
      { type: 'read', source: 'stream', at: 1_700, items: 2, nextInMs: undefined },
    ]);
  });

  it('reads paths and addresses, and names them', async () => {
    const path = fileOf('One\nTwo\n', 'titles.txt');
    expect((await collect(headlineLines(path))).values).toMatchObject([
      { title: 'One', source: path },
      { title: 'Two', source: path },
    ]);
    const origin = await serveBody('One\n');
    expect((await collect(headlineLines(origin))).values).toMatchObject([{ title: 'One', source: `${origin}/` }]);
  });

  it('emits a line as soon as it has come, and honours the valve', async () => {
    const input = new PassThrough();
    const brake = valve();
    const seen: string[] = [];
    const subscription = headlineLines(input, { valve: brake }).subscribe(({ title }) => seen.push(title));
    input.write('one\ntw');
    await until(() => expect(seen).toEqual(['one']));
    const release = brake.hold();
    input.write('o\nthree\n');
    await sleep(5);
    expect(seen).toEqual(['one']);
    release();
    await until(() => expect(seen).toEqual(['one', 'two', 'three']));
    subscription.unsubscribe();
    expect(input.destroyed).toBe(true);
  });

  it('rejects lines that cannot be read, and tells what broke the source', async () => {
    const { options, rejections, events } = watched();
    const { values } = await collect(
      headlineLines(Readable.from([Buffer.from('123456\n\xff\nok\n', 'latin1')]), { ...options, maxLineBytes: 5 }),
    );
    expect(values).toMatchObject([{ id: 0, title: 'ok' }]);
    expect(rejections).toMatchObject([
      { reason: 'oversize', id: 0, line: 1, byte: 0 },
      { reason: 'encoding', id: 1, line: 2, byte: 7 },
    ]);
    const { error } = await collect(headlineLines('/no/such/file', options));
    expect(error).toMatchObject({ code: 'HW_PATH' });
    expect(events.at(-1)).toMatchObject({
      type: 'failed',
      source: '/no/such/file',
      code: 'HW_PATH',
      nextInMs: undefined,
    });
  });

  it('ends with what a listener throws', async () => {
    const fault = new Error('enough');
    const throws = {
      next: () => {
        throw fault;
      },
    };
    expect((await collect(headlineLines(Readable.from(['a\n']), { events: throws }))).error).toBe(fault);
    const { values, error } = await collect(
      headlineLines(Readable.from(['a\ntoo long\nb\n']), { rejections: throws, maxLineBytes: 3 }),
    );
    expect(values).toHaveLength(1);
    expect(error).toBe(fault);
  });

  it('refuses at once what cannot work', () => {
    expect(() => headlineLines('gopher://x')).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    expect(() => headlineLines('x', { yieldAfter: 0 })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    expect(() => jsonLineHeadlines('x', { maxLineBytes: 0 })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});

describe('jsonLineHeadlines', () => {
  it('reads every field', async () => {
    const line = JSON.stringify({
      title: 'Ferry back',
      guid: 'a1',
      link: 'https://example.org/a1',
      published: '2024-05-01T10:00:00Z',
      category: 'World',
      extra: { a: 1 },
    });
    const { values } = await collect(
      jsonLineHeadlines(Readable.from([`${line}\n\n{"title":"Rates held","guid":null}`]), { scheduler: clock(99) }),
    );
    expect(values).toEqual([
      {
        id: 0,
        title: 'Ferry back',
        source: 'stream',
        guid: 'a1',
        link: 'https://example.org/a1',
        published: 1_714_557_600_000,
        seen: 99,
        category: 'World',
      },
      {
        id: 1,
        title: 'Rates held',
        source: 'stream',
        guid: undefined,
        link: undefined,
        published: undefined,
        seen: 99,
        category: undefined,
      },
    ]);
  });

  it('rejects what is no headline, with its place, and goes on', async () => {
    const { options, rejections } = watched();
    const lines = [
      '{"title":"a"}',
      '',
      'plain',
      '[]',
      '"a"',
      '{"title":1}',
      '{"title":"b","link":"javascript:alert(1)"}',
      '{"guid":"x"}',
      `{"title":"${'x'.repeat(200)}"`,
      '{"title":"c"}',
    ];
    const { values, error } = await collect(jsonLineHeadlines(Readable.from([lines.join('\n')]), options));
    expect(error).toBeUndefined();
    expect(values.map(({ id, title }) => [id, title])).toEqual([
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
    ]);
    expect(
      rejections.map(({ reason, id, line, byte, field, expected, got }) => [
        reason,
        id,
        line,
        byte,
        field,
        expected,
        got.slice(0, 20),
      ]),
    ).toEqual([
      ['item', 1, 3, 15, undefined, 'a JSON object', 'plain'],
      ['item', 2, 4, 21, undefined, 'a JSON object', '[]'],
      ['item', 3, 5, 24, undefined, 'a JSON object', '"a"'],
      ['field', 4, 6, 28, 'title', 'a non-blank title', '1'],
      ['field', 6, 8, 83, 'title', 'a non-blank title', 'nothing'],
      ['item', 7, 9, 96, undefined, 'a JSON object', '{"title":"xxxxxxxxxx'],
    ]);
    expect(rejections.at(-1)?.got).toHaveLength(80);
  });

  it('leaves out a link or a date that cannot be read, and keeps the headline', async () => {
    const { options, rejections } = watched();
    const of = (fields: object): string => JSON.stringify({ title: 'a', ...fields });
    const lines = [
      of({ published: 'Wed, 01 May 2024 10:00:00 GMT' }),
      of({ published: 'yesterday', link: 'https://example.org/a' }),
      of({ published: {}, link: '/a' }),
      of({ link: 7 }),
    ];
    const { values } = await collect(jsonLineHeadlines(Readable.from([lines.join('\n')]), options));
    expect(values.map(({ published, link }) => [published, link])).toEqual([
      [1_714_557_600_000, undefined],
      [undefined, 'https://example.org/a'],
      [undefined, undefined],
      [undefined, undefined],
    ]);
    expect(rejections).toEqual([]);
  });

  it('ends at the first of them where nobody takes rejections', async () => {
    const { values, error } = await collect(
      jsonLineHeadlines(Readable.from(['{"title":"a"}\n{"title":" "}\n{"title":"b"}\n'])),
    );
    expect(values).toHaveLength(1);
    expect(error).toMatchObject({ code: 'HW_REJECTIONS', where: 'stream:2' });
    expect(String(error)).toContain('field "title"');
  });
});
