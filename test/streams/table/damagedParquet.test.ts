import { from, lastValueFrom } from 'rxjs';
import { expect, it, vi } from 'vitest';
import { builtFile } from '../../../src/contracts/runtime/builtFile.js';
import { PARQUET_WORKER, parquetLines } from '../../../src/streams/table/internal/parquetLines.js';
import { ParquetThread } from '../../../src/streams/table/internal/ParquetThread.js';
import { fileOf } from '../scratch.js';

/** Two rows, with a length of a page that makes its decoder count to billions. The fuzzing found it. */
const ENDLESS = Buffer.from(
  'UEFSMRUGFToVPlwVBBUAFQQVAHMJAAAATGF0ZSBnb2FsFQYVKhUuXBUEFQAVBBUAFQQVAAAAAwMTSAUAAABXb3JsZAYAAABTcG9ydHMVBBk8SARy' +
    'b290FQQAFQwlAhgEdGV4dCUAABUMJQIYBWxhYmVsJQAAFgQZHBksJggcFQwZFQAZGAR0ZXh0FQIWBBZkFmgmCDw2ACgKUmFpbiBmYWxscxgJTGF0' +
    'ZSBnb2FsABkcFQYVABUCAAAAJnAcFQwZFQAZGAVsYWJlbBUCFgQWVBZYJnA8NgAoBVdvcmxkGAZTcG9ydHMAGRwVBhUAFQIAAAAWuAEWBDbAAQAo' +
    'CWh5cGFycXVldBksHAAAHAAAAMIAAABQQVIx',
  'base64',
);

// Without the build it is decoded in this thread, which would stand still.
it.skipIf(builtFile('index.js') === undefined)(
  'refuses a Parquet file whose decoding does not end, and works meanwhile',
  async () => {
    // With a build that lacks this file, the test would not end.
    expect(builtFile(PARQUET_WORKER)).toBeDefined();
    let turns = 0;
    const turning = setInterval(() => (turns += 1), 1);
    const path = fileOf(ENDLESS, 'endless.parquet');
    await expect(lastValueFrom(from(parquetLines(path, undefined, 300)))).rejects.toThrow(
      'endless.parquet is a Parquet file that cannot be read: decoding 1,000 rows took longer than 0.3 s.',
    );
    clearInterval(turning);
    expect(turns).toBeGreaterThan(1);
  },
);

it.skipIf(builtFile('index.js') === undefined)(
  'ends a decoding that does not end where its reader leaves',
  async () => {
    const leaving = new AbortController();
    const lines = parquetLines(fileOf(ENDLESS, 'endless.parquet'), leaving.signal);
    // Without the signal, it would be given up after a minute, as too slow.
    const next = lines.next();
    leaving.abort();
    await expect(next).rejects.toThrow('decoding it ended too soon');
  },
);

it('reports a failure of the thread between two requests at the next one', async () => {
  const entry = fileOf(
    `const { parentPort } = require('node:worker_threads');
parentPort.on('message', () => {
  parentPort.postMessage({ type: 'portion', bytes: new Uint8Array(1) });
});
new BroadcastChannel('decoding').onmessage = () => { throw new Error('out of rows'); };`,
    'failing.cjs',
  );
  const thread = new ParquetThread(entry, 'x.parquet');
  expect(await thread.next(60_000)).toMatchObject({ type: 'portion' });
  const channel = new BroadcastChannel('decoding');
  channel.postMessage('fail');
  await vi.waitFor(() => expect(thread.failure).toBeDefined());
  await expect(thread.next(60_000)).rejects.toThrow(
    'x.parquet is a Parquet file that cannot be read: decoding it failed (out of rows).',
  );
  channel.close();
  await thread.terminate();
});
