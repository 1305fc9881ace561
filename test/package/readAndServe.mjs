/**
 * Reads from each kind of source, writes and reads a file, and serves a model: what of the package does I/O. Its
 * argument is the address of the test's server.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom, lastValueFrom, of, Subject, take, toArray } from 'rxjs';
import {
  decode,
  fetchCsv,
  headlineRow,
  LabelEncoder,
  pollFeed,
  serveModel,
  serverSentEvents,
  Tokenizer,
  webSocketLines,
  writeFiles,
} from 'headwater';
import { recordingModel } from 'headwater/testing';

const origin = process.argv[2];

const write = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-'));
  try {
    await writeFiles(join(folder, 'out'), new Map([['a.txt', Buffer.from('written')]]))();
    return readFileSync(join(folder, 'out/a.txt'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const serve = async () => {
  const tokenizer = await lastValueFrom(of('ferry returns port').pipe(Tokenizer.fit()));
  const labelEncoder = LabelEncoder.of(['Sports', 'World']);
  const drain$ = new Subject();
  let answer;
  await new Promise((complete, error) => {
    const ask = async (url) => {
      const response = await fetch(new URL('/classify', url), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"title":"Ferry at the port"}',
      });
      answer = (await response.json()).class;
      drain$.next();
    };
    serveModel({ model: recordingModel(), tokenizer, labelEncoder, port: 0, drain$ }).subscribe({
      next: (event) => event.type === 'listening' && ask(event.url).catch(error),
      complete,
      error,
    });
  });
  return answer;
};

const titleOf = async (source$) => (await firstValueFrom(source$.pipe(take(1)))).title;

console.log(
  JSON.stringify({
    csv: (await lastValueFrom(fetchCsv(`${origin}/news.csv`).pipe(decode(headlineRow), toArray()))).length,
    feed: await titleOf(pollFeed(`${origin}/feed.xml`, { once: true })),
    events: await titleOf(serverSentEvents(`${origin}/events`)),
    socket: await titleOf(webSocketLines(`${origin.replace('http', 'ws')}/lines`)),
    written: await write(),
    served: await serve(),
  }),
);
