import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { count, firstValueFrom, lastValueFrom, switchMap, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { fetchCsv } from '../../../src/streams/fetchCsv.js';
import { sampleCsv } from '../../../src/streams/sample/sampleCsv.js';
import { serveSample } from '../../../src/streams/sample/serveSample.js';

interface Answer {
  readonly status: number;
  readonly encoding: string | undefined;
  readonly body: Buffer;
}

const ask = (url: URL, method = 'GET', encodings = ''): Promise<Answer> =>
  new Promise((resolve, reject) => {
    request(
      url,
      { method, agent: false, headers: encodings === '' ? {} : { 'accept-encoding': encodings } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            encoding: response.headers['content-encoding'],
            body: Buffer.concat(chunks),
          }),
        );
      },
    )
      .on('error', reject)
      .end();
  });

describe('serveSample', () => {
  it('serves the sample to fetchCsv, and closes when it is left', async () => {
    const rows = await firstValueFrom(
      serveSample({ rows: 700 }).pipe(
        switchMap((url) => fetchCsv(url, { columns: ['title', 'category'] }).pipe(count())),
      ),
    );
    expect(rows).toBe(700);
  });

  it('serves the same table plain and compressed, and nothing else', async () => {
    const subscription = await new Promise<{ url: URL; leave: () => void }>((resolve) => {
      const serving = serveSample({ rows: 300, seed: 9 }).subscribe((url) =>
        resolve({ url, leave: () => serving.unsubscribe() }),
      );
    });
    const { url, leave } = subscription;
    expect(url.href).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/sample\.csv$/);
    const table = [...sampleCsv({ rows: 300, seed: 9 })].join('');
    const plain = await ask(url);
    expect(plain).toMatchObject({ status: 200, encoding: undefined });
    expect(plain.body.toString()).toBe(table);
    const zipped = await ask(url, 'GET', 'deflate, gzip');
    expect(zipped).toMatchObject({ status: 200, encoding: 'gzip' });
    expect(gunzipSync(zipped.body).toString()).toBe(table);
    expect((await ask(url, 'HEAD')).body).toHaveLength(0);
    expect((await ask(url, 'POST')).status).toBe(405);
    expect((await ask(new URL('/', url))).status).toBe(404);
    leave();
    await expect(ask(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('cuts off whoever is still reading when it is left', async () => {
    let release: (() => void) | undefined;
    const url = await new Promise<URL>((resolve) => {
      const serving = serveSample({ rows: 100_000_000 }).subscribe(resolve);
      release = () => serving.unsubscribe();
    });
    const reading = lastValueFrom(
      fetchCsv(url, { maxRetries: 0 }).pipe(
        tap(() => release?.()),
        count(),
      ),
    );
    await expect(reading).rejects.toMatchObject({ code: 'HW_HTTP_CUT' });
  });

  it('refuses options that cannot work at once', () => {
    expect(() => serveSample({ rows: 1.5 })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});
