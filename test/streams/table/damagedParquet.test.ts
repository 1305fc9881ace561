import { from, lastValueFrom } from 'rxjs';
import { expect, it } from 'vitest';
import { builtFile } from '../../../src/contracts/runtime/builtFile.js';
import { parquetLines } from '../../../src/streams/table/internal/parquetLines.js';
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
    let turns = 0;
    const turning = setInterval(() => (turns += 1), 1);
    const path = fileOf(ENDLESS, 'endless.parquet');
    await expect(lastValueFrom(from(parquetLines(path, 300)))).rejects.toThrow(
      'endless.parquet is a Parquet file that cannot be read: decoding 1,000 rows took longer than 0.3 s.',
    );
    clearInterval(turning);
    expect(turns).toBeGreaterThan(1);
  },
);
