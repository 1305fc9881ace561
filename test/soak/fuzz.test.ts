import { Readable } from 'node:stream';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { decodeCheckpoint } from '../../src/checkpoints/encodeCheckpoint.js';
import { HeadwaterError } from '../../src/contracts/HeadwaterError.js';
import { ARTIFACT_FILES } from '../../src/models/artifacts/Artifacts.js';
import { decodeArtifacts } from '../../src/models/artifacts/decodeArtifacts.js';
import { encodeArtifacts } from '../../src/models/artifacts/encodeArtifacts.js';
import { decodeSafetensors, encodeSafetensors } from '../../src/models/artifacts/safetensors.js';
import { classifierConfig } from '../../src/models/ClassifierConfig.js';
import { initialWeights } from '../../src/models/internal/initialWeights.js';
import { CsvReader } from '../../src/streams/csv/CsvReader.js';
import { checkFormat } from '../../src/streams/csv/TableFormat.js';
import { parseFeed } from '../../src/streams/feeds/parseFeed.js';
import { fetchTable } from '../../src/streams/fetchTable.js';
import { EventReader } from '../../src/streams/live/internal/EventReader.js';
import { HeadlineDecoder } from '../../src/streams/live/internal/HeadlineDecoder.js';
import { SocketMessages } from '../../src/streams/live/internal/SocketMessages.js';
import { headlineLines } from '../../src/streams/live/headlineLines.js';
import { jsonLineHeadlines } from '../../src/streams/live/jsonLineHeadlines.js';
import { readOpml } from '../../src/streams/feeds/readOpml.js';
import { LabelEncoder } from '../../src/text/LabelEncoder.js';
import { textPreprocessor } from '../../src/text/textPreprocessor.js';
import { Tokenizer } from '../../src/text/Tokenizer.js';
import { fileOf } from '../streams/scratch.js';
import { inputs } from './mutations.js';

/**
 * Inputs that nobody wrote, near those that people write: what reads them may refuse them with a HeadwaterError, and
 * nothing else may happen.
 *
 * Not guided by coverage: Jazzer.js has no build for the C library of every machine that these tests run on.
 */

/** `npm run test:soak` takes ten million inputs in all; every other run of the tests seconds. */
const soak = process.env['MODE'] === 'soak';
/** Of how many inputs a part is taken, from 0 to 1: `HEADWATER_FUZZ_SHARE` makes the soak shorter. */
const share = Number(process.env['HEADWATER_FUZZ_SHARE'] ?? 1);
/** How many inputs each reader gets. */
const RUNS = soak ? Math.ceil(1_000_000 * share) : 300;
/** Of the readers that take a turn of the event loop or a file for each input. */
const SLOW_RUNS = soak ? Math.ceil(200_000 * share) : 60;
/** What no input may take, in milliseconds. */
const LONGEST = 1000;

const ignore = (): void => undefined;
const aside = { next: ignore };

/** Lets a HeadwaterError pass, and nothing else. */
const refused = (error: unknown): void => {
  if (!(error instanceof HeadwaterError)) throw error;
  // What stands in a message of the input is bounded.
  expect(error.message.length).toBeLessThan(5000);
};

/** Reads an input. What takes too long is read again: the machine may have been busy. */
const inTime = async (read: () => unknown): Promise<void> => {
  for (let attempt = 1; ; attempt++) {
    const since = performance.now();
    try {
      await read();
    } catch (error) {
      refused(error);
    }
    const took = performance.now() - since;
    if (took < LONGEST) return;
    if (attempt === 3) throw new Error(`an input took ${took} ms`);
  }
};

const drained = (values$: Observable<unknown>): Promise<unknown> => lastValueFrom(values$, { defaultValue: undefined });

const rightOf = <T>(read: E.Either<HeadwaterError, T>): T => {
  if (E.isLeft(read)) throw read.left;
  return read.right;
};

const CSV = [
  'title,category\nRain falls on the harbour,World\n"Late ""goal"", again",Sports\r\n"two\nlines",World\n',
  'a;b;c\n1;2;3\n;;\n"x";"y";"z"',
];
const TABLES = [
  ...CSV,
  'text\tlabel\nRain falls\tWorld\nLate goal\tSports\n',
  '{"text":"Rain falls","label":"World"}\n{"text":"Late goal","label":["Sports"]}\n',
  '__label__World Rain falls on the harbour\n__label__Sports Late goal\n',
];
const FEEDS = [
  '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>News</title><ttl>15</ttl><item><title><![CDATA[Rain & wind]]></title><link>/a</link><guid isPermaLink="false">1</guid><pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate><category>World</category></item></channel></rss>',
  '<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><entry><id>urn:1</id><title type="html">Late &lt;b&gt;goal&lt;/b&gt;</title><link rel="alternate" href="b"/><updated>2026-03-02T10:00:00Z</updated></entry></feed>',
  '{"version":"https://jsonfeed.org/version/1.1","title":"News","items":[{"id":"1","title":"Rain","url":"https://example.org/1","date_published":"2026-03-02T10:00:00Z","tags":["World"]}]}',
];
const LINES = [
  'Rain falls on the harbour\nLate goal\r\n\r{"title":"Storm","guid":"1"}\n',
  '{"title":"Storm","link":"https://example.org/1","published":"2026-03-02T10:00:00Z","category":"World"}\n[1]\n[DONE]\n',
];
const EVENTS = [
  'id: 1\nevent: message\nretry: 500\ndata: {"title":"Storm","guid":"1"}\n\n: comment\ndata: Late\ndata: goal\r\n\r\n',
  'data: [{"title":"Rain"},{"title":"Goal"}]\n\nid\ndata:\n\n',
];
const MESSAGES = [
  '{"title":"Storm","link":"https://example.org/1"}',
  '[{"title":"Rain"},{"title":"Goal"}]',
  'Late goal',
];
const PARQUET = [
  new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'text', data: ['Rain falls', 'Late goal'], type: 'STRING' },
        { name: 'label', data: ['World', 'Sports'], type: 'STRING' },
      ],
    }),
  ),
];
const OPML = [
  '<opml version="2.0"><head><title>Feeds</title></head><body><outline text="News"><outline type="rss" text="A" xmlUrl="https://example.org/feed"/></outline></body></opml>',
];

const tokenizer = await lastValueFrom(from(['rain goal', 'late']).pipe(Tokenizer.fit({ numTokens: 10 })));
const config = classifierConfig({
  embeddingDim: 2,
  hiddenDim: 2,
  fcDim: 2,
  vocabularySize: tokenizer.size,
  classes: 2,
});
const scores = { precision: 0.5, recall: 0.5, f1: 0.5, num_samples: 3 };
const artifacts = encodeArtifacts({
  config,
  weights: initialWeights(config, 1),
  tokenizer,
  labelEncoder: LabelEncoder.of(['Sports', 'World']),
  performance: { overall: scores, class: { Sports: scores, World: scores } },
  training: { epochs: [], confusion: [1, 2, 3, 4], accuracy: 0.5, loss: 1 },
});

const csv = (bytes: Buffer): void => {
  const reader = new CsvReader(
    { source: 'fuzz', columns: [], format: checkFormat({}), maxRecordBytes: 1000 },
    () => undefined,
    () => undefined,
  );
  // In pieces whose length depends on the input alone.
  const step = 1 + (bytes.length % 7);
  for (let at = 0; at < bytes.length; at += step) {
    reader.push(bytes.subarray(at, at + step));
    while (reader.advance());
  }
  reader.finish();
  while (reader.advance());
};

/** Takes records and does nothing with them. */
const intake = (): HeadlineDecoder => new HeadlineDecoder('fuzz', () => 0, ignore, ignore);

const events = (bytes: Buffer): void => {
  const reader = new EventReader({
    source: 'fuzz',
    maxEventBytes: 1000,
    types: undefined,
    intake: intake(),
    passed: ignore,
    retry: ignore,
  });
  const step = 1 + (bytes.length % 7);
  for (let at = 0; at < bytes.length; at += step) {
    reader.push(bytes.subarray(at, at + step));
    while (reader.advance());
  }
  reader.finish();
  while (reader.advance());
};

const messages = (bytes: Buffer): void => {
  const queue = new SocketMessages('fuzz', { maxMessageBytes: 1000, maxWaitingBytes: 10_000 }, intake());
  queue.push(bytes.toString('latin1'));
  queue.push(new Uint8Array(bytes).buffer);
  while (!queue.isEmpty) queue.advance();
};

const table = (bytes: Buffer): Promise<unknown> =>
  drained(fetchTable(Readable.from([bytes], { objectMode: false }), { rejections: aside, yieldAfter: Infinity }));

const readers: readonly (readonly [string, number, readonly (string | Uint8Array)[], (bytes: Buffer) => unknown])[] = [
  ['CSV framing', RUNS, CSV, csv],
  ['tables of any kind', SLOW_RUNS, TABLES, table],
  ['feeds', RUNS, FEEDS, (bytes) => parseFeed(bytes, undefined, 'https://example.org/feed')],
  [
    'lines of headlines',
    SLOW_RUNS,
    LINES,
    (bytes) => drained(headlineLines(Readable.from([bytes], { objectMode: false }), { rejections: aside })),
  ],
  [
    'JSON lines of headlines',
    SLOW_RUNS,
    LINES,
    (bytes) => drained(jsonLineHeadlines(Readable.from([bytes], { objectMode: false }), { rejections: aside })),
  ],
  ['event streams', RUNS, EVENTS, events],
  ['messages of WebSockets', RUNS, MESSAGES, messages],
  [
    'Parquet files',
    SLOW_RUNS,
    PARQUET,
    (bytes) => drained(fetchTable(fileOf(bytes, 'table.parquet'), { rejections: aside, yieldAfter: Infinity })),
  ],
  ['OPML', SLOW_RUNS, OPML, (bytes) => drained(readOpml(fileOf(bytes, 'feeds.opml'), { rejections: aside }))],
  [
    'safetensors',
    RUNS,
    [encodeSafetensors(new Map([['a', { shape: [2, 1], data: Float32Array.of(1, 2) }]]))],
    (bytes) => rightOf(decodeSafetensors(bytes)),
  ],
  ['checkpoints', RUNS, ['', encodeSafetensors(new Map())], (bytes) => rightOf(decodeCheckpoint(bytes))],
  ['texts', RUNS, LINES, (bytes) => textPreprocessor()(bytes.toString())],
];

describe('inputs that nobody wrote', () => {
  it.each(readers)(
    '%s: nothing but a HeadwaterError, and no hang',
    { timeout: 6 * 3_600_000 },
    async (_name, runs, seeds, read) => {
      await fc.assert(
        fc.asyncProperty(inputs(seeds), (bytes) => inTime(() => read(bytes))),
        { numRuns: runs, seed: soak ? Date.now() : 1234 },
      );
    },
  );

  it.each(Object.values(ARTIFACT_FILES).filter((name) => artifacts.has(name)))(
    'the artifact %s: nothing but a HeadwaterError, and no hang',
    { timeout: 6 * 3_600_000 },
    async (name) => {
      const whole = artifacts.get(name) ?? new Uint8Array();
      await fc.assert(
        fc.asyncProperty(inputs([whole]), (bytes) =>
          inTime(() => {
            const files = new Map([...artifacts].filter(([file]) => file !== 'manifest.json'));
            rightOf(decodeArtifacts(files.set(name, bytes)));
          }),
        ),
        { numRuns: RUNS, seed: soak ? Date.now() : 1234 },
      );
    },
  );
});
