import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { findVectors } from '../../../src/vectors/findVectors.js';
import { englishVectors } from '../../../src/vectors/vectorsFolder.js';
import { serve } from '../../streams/servers.js';
import { workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';

const cwd = workFolder();
const at = (name: string): string => join(cwd, name);

describe('headwater vectors', () => {
  it('converts, and shows what it holds', async () => {
    writeFileSync(at('words.vec'), '3 2\nFerry 0.5 1\nport 0.25 -2\nport 9 9\n');
    expect(await inProcess(['vectors', 'convert', at('words.vec'), at('words.hwv')])).toEqual({
      status: 0,
      stdout: expect.stringMatching(/words\.hwv: 2 words of 2 numbers, int8, 0\.0 MB, sha256 [\da-f]{64}\n$/) as string,
      stderr: '1 words came again and were left out.\n',
    });
    const { status, stdout } = await inProcess([
      'vectors',
      'inspect',
      at('words.hwv'),
      '--json',
      '--words',
      'PORT',
      'sea',
    ]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      words: 2,
      dims: 2,
      origin: { source: at('words.vec'), wordsRead: 3, cut: false },
      vectors: [
        { word: 'PORT', id: 2 },
        { word: 'sea', id: 0, values: null },
      ],
    });
  });

  it('says when it cuts', async () => {
    writeFileSync(at('some.txt'), 'a 1\nb 2\nc 3\n');
    const { stderr } = await inProcess(['vectors', 'convert', at('some.txt'), at('some.hwv'), '--limit', '2']);
    expect(stderr).toBe('The file has more words: the first 2 were kept. Give --limit to keep more.\n');
  });

  it('fails in one line where a file is damaged', async () => {
    writeFileSync(at('good.txt'), 'a 1\nb 2\n');
    await inProcess(['vectors', 'convert', at('good.txt'), at('good.hwv')]);
    const bytes = readFileSync(at('good.hwv'));
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(at('bad.hwv'), bytes);
    const { status, stderr } = await inProcess(['vectors', 'inspect', at('bad.hwv')]);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^headwater: .+bad\.hwv is damaged: its bytes have another hash than it says\. .+ \[HW_VECTORS\]\n$/,
    );
  });
});

describe('findVectors', () => {
  it('takes the file that is named, none, or that of the cache', async () => {
    const env = { XDG_CACHE_HOME: at('cache') };
    const find = (choice?: string) => lastValueFrom(findVectors(choice, { env }));
    expect(await find()).toBeUndefined();
    writeFileSync(at('own.txt'), 'a 1\nb 2\n');
    expect(await find(at('own.txt'))).toMatchObject({ source: at('own.txt'), vectors: { size: 2 } });
    await inProcess(['vectors', 'convert', at('own.txt'), englishVectors(env)]);
    expect(await find()).toMatchObject({ source: englishVectors(env), vectors: { size: 2 } });
    expect(await find('none')).toBeUndefined();
    await expect(find(at('not there.txt'))).rejects.toMatchObject({ code: 'HW_PATH' });
  });

  it('says where they came from, without the password of an address', async () => {
    const origin = await serve((_request, response) => response.end('a 1\nb 2\n'));
    const address = `${origin.replace('//', '//me:s3cret@')}/own.txt`;
    expect(await lastValueFrom(findVectors(address))).toMatchObject({ source: `${origin}/own.txt` });
  });
});
