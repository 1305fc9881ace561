import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import * as E from 'fp-ts/lib/Either.js';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { decodeCheckpoint } from '../../../src/checkpoints/encodeCheckpoint.js';
import type { HeadwaterError } from '../../../src/contracts/HeadwaterError.js';
import { decodeArtifacts } from '../../../src/models/artifacts/decodeArtifacts.js';
import { encodeArtifacts } from '../../../src/models/artifacts/encodeArtifacts.js';
import { decodeSafetensors, encodeSafetensors } from '../../../src/models/artifacts/safetensors.js';
import { classifierConfig } from '../../../src/models/ClassifierConfig.js';
import { initialWeights } from '../../../src/models/internal/initialWeights.js';
import { CsvReader } from '../../../src/streams/csv/CsvReader.js';
import { checkFormat } from '../../../src/streams/csv/TableFormat.js';
import { parseFeed } from '../../../src/streams/feeds/parseFeed.js';
import { fetchTable } from '../../../src/streams/fetchTable.js';
import { parquetLines } from '../../../src/streams/table/internal/parquetLines.js';
import { EventReader } from '../../../src/streams/live/internal/EventReader.js';
import { HeadlineDecoder } from '../../../src/streams/live/internal/HeadlineDecoder.js';
import { SocketMessages } from '../../../src/streams/live/internal/SocketMessages.js';
import { headlineLines } from '../../../src/streams/live/headlineLines.js';
import { jsonLineHeadlines } from '../../../src/streams/live/jsonLineHeadlines.js';
import { readOpml } from '../../../src/streams/feeds/readOpml.js';
import { LabelEncoder } from '../../../src/text/LabelEncoder.js';
import { textPreprocessor } from '../../../src/text/textPreprocessor.js';
import { Tokenizer } from '../../../src/text/Tokenizer.js';
import type { Read } from './fuzz.js';

const ignore = (): void => undefined;
const aside = { next: ignore };

const drained = (values$: Observable<unknown>): Promise<unknown> => lastValueFrom(values$, { defaultValue: undefined });

const rightOf = <T>(read: E.Either<HeadwaterError, T>): T => {
  if (E.isLeft(read)) throw read.left;
  return read.right;
};

const FEED_URL = 'https://example.org/feed';

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
  '<?xml version="1.0" encoding="utf-8"?><rss ' +
    'version="2.0"><channel><title>News</title><ttl>15</ttl><item><title><![CDATA[Rain & ' +
    'wind]]></title><link>/a</link><guid isPermaLink="false">1</guid><pubDate>Mon, 02 Mar 2026 10:00:00 ' +
    'GMT</pubDate><category>World</category></item></channel></rss>',
  '<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><entry><id>urn:1</id><title ' +
    'type="html">Late &lt;b&gt;goal&lt;/b&gt;</title><link rel="alternate" ' +
    'href="b"/><updated>2026-03-02T10:00:00Z</updated></entry></feed>',
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
  '<opml version="2.0"><head><title>Feeds</title></head><body><outline text="News"><outline ' +
    'type="rss" text="A" xmlUrl="https://example.org/feed"/></outline></body></opml>',
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

/** The length of the pieces in which an input arrives. It depends on the input alone, so that a fault comes again. */
const pieceOf = ({ length }: Buffer): number => 1 + ((length * 7) % 97);

const csv = (bytes: Buffer): void => {
  const reader = new CsvReader(
    { source: 'fuzz', columns: [], format: checkFormat({}), maxRecordBytes: 1000 },
    () => undefined,
    () => undefined,
  );
  const step = pieceOf(bytes);
  for (let at = 0; at < bytes.length; at += step) {
    reader.push(bytes.subarray(at, at + step));
    while (reader.advance());
  }
  reader.finish();
  while (reader.advance());
};

/** Takes records and does nothing with them. */
const decoder = (): HeadlineDecoder => new HeadlineDecoder('fuzz', () => 0, ignore, ignore);

const events = (bytes: Buffer): void => {
  const reader = new EventReader({
    source: 'fuzz',
    maxEventBytes: 1000,
    types: undefined,
    decoder: decoder(),
    passed: ignore,
    retry: ignore,
  });
  const step = pieceOf(bytes);
  for (let at = 0; at < bytes.length; at += step) {
    reader.push(bytes.subarray(at, at + step));
    while (reader.advance());
  }
  reader.finish();
  while (reader.advance());
};

const messages = (bytes: Buffer): void => {
  const queue = new SocketMessages('fuzz', { maxMessageBytes: 1000, maxWaitingBytes: 10_000 }, decoder());
  queue.push(bytes.toString('latin1'));
  queue.push(new Uint8Array(bytes).buffer);
  while (!queue.isEmpty) queue.advance();
};

const table = (bytes: Buffer): Promise<unknown> =>
  drained(fetchTable(Readable.from([bytes], { objectMode: false }), { rejections: aside, yieldAfter: Infinity }));

const artifact =
  (name: string): Read =>
  (bytes) => {
    const files = new Map([...artifacts].filter(([file]) => file !== 'manifest.json'));
    return rightOf(decodeArtifacts(files.set(name, bytes)));
  };

/** Reads a file with these bytes. */
const inFile =
  (path: string, read: (path: string) => unknown): Read =>
  (bytes) => {
    writeFileSync(path, bytes);
    return read(path);
  };

/** What an input costs a reader: the code alone, a turn of the event loop or a file, or a thread. */
export type InputCost = 'code' | 'turn' | 'thread';

/** Something that reads inputs from outside. */
export interface Reader {
  readonly name: string;
  readonly cost: InputCost;
  /** What the inputs are near. */
  readonly seeds: readonly (string | Uint8Array)[];
  /** Reads one input. */
  readonly read: Read;
}

/** All readers of inputs from outside, and each artifact. Some write an input to a file in `folder`. */
export const readers = (folder: string): readonly Reader[] => [
  { name: 'CSV framing', cost: 'code', seeds: CSV, read: csv },
  { name: 'tables of any kind', cost: 'turn', seeds: TABLES, read: table },
  { name: 'feeds', cost: 'code', seeds: FEEDS, read: (bytes) => parseFeed(bytes, undefined, FEED_URL) },
  {
    name: 'lines of headlines',
    cost: 'turn',
    seeds: LINES,
    read: (bytes) => drained(headlineLines(Readable.from([bytes], { objectMode: false }), { rejections: aside })),
  },
  {
    name: 'JSON lines of headlines',
    cost: 'turn',
    seeds: LINES,
    read: (bytes) => drained(jsonLineHeadlines(Readable.from([bytes], { objectMode: false }), { rejections: aside })),
  },
  { name: 'event streams', cost: 'code', seeds: EVENTS, read: events },
  { name: 'messages of WebSockets', cost: 'code', seeds: MESSAGES, read: messages },
  {
    name: 'OPML',
    cost: 'turn',
    seeds: OPML,
    read: inFile(join(folder, 'feeds.opml'), (path) => drained(readOpml(path, { rejections: aside }))),
  },
  {
    name: 'safetensors',
    cost: 'code',
    seeds: [encodeSafetensors(new Map([['a', { shape: [2, 1], data: Float32Array.of(1, 2) }]]))],
    read: (bytes) => rightOf(decodeSafetensors(bytes)),
  },
  {
    name: 'checkpoints',
    cost: 'code',
    seeds: ['', encodeSafetensors(new Map())],
    read: (bytes) => rightOf(decodeCheckpoint(bytes)),
  },
  { name: 'texts', cost: 'code', seeds: LINES, read: (bytes) => textPreprocessor()(bytes.toString()) },
  {
    name: 'Parquet files',
    cost: 'thread',
    seeds: PARQUET,
    read: inFile(join(folder, 'table.parquet'), (path) => drained(from(parquetLines(path, undefined, 500)))),
  },
  ...[...artifacts.keys()]
    .filter((name) => name !== 'manifest.json')
    .map((name): Reader => ({
      name: `the artifact ${name}`,
      cost: 'code',
      seeds: [artifacts.get(name) ?? ''],
      read: artifact(name),
    })),
];
