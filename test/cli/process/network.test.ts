import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { faultyServer, type FaultyServer, type FaultyServerOptions } from '../../../src/testing/faultyServer.js';
import { serve } from '../../streams/servers.js';
import { workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';
import { TINY, TINY_CSV } from '../tiny.js';

const SECRET = 's3cret-of-the-server';
const cwd = workFolder();

const faulty = (options: FaultyServerOptions): Promise<FaultyServer> =>
  new Promise((resolve, reject) => {
    const serving = faultyServer(TINY_CSV, options).subscribe({ next: resolve, error: reject });
    onTestFinished(() => serving.unsubscribe());
  });

/** All that stands in the files of a folder. */
const contents = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `${name} ${readFileSync(join(parentPath, name), 'latin1')}`)
    .join('\n');

describe('--header', () => {
  it('goes to the named server alone, and stands in no output, artifact or snapshot', async () => {
    const seen: (string | undefined)[] = [];
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.end(TINY_CSV);
    });
    const origin = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(307, { location: `${other}/t.csv?a=1` }).end();
    });
    const out = join(cwd, 'headed');
    const board = join(cwd, 'board');
    const { status, stdout, stderr } = await inProcess([
      'train',
      ...['--data', `${origin}/t.csv`, '--out', out, '--json', '--tensorboard', board],
      ...['--header', `Authorization: Bearer ${SECRET}`, ...TINY],
    ]);
    expect([status, stderr]).toEqual([0, expect.stringContaining('epoch 1')]);
    expect(seen).toEqual([`Bearer ${SECRET}`, undefined]);
    expect(`${stdout}${stderr}${contents(out)}${contents(board)}`).not.toContain(SECRET);
    const list = await inProcess(['cache']);
    expect(list.stdout).toContain(`${origin}/t.csv`);
    expect(list.stdout).not.toContain(SECRET);
  });

  it('is refused where it is none, or where it is not clear whose it is, and is not shown', async () => {
    const refuse = async (...args: readonly string[]): Promise<string> => {
      const { status, stderr, stdout } = await inProcess(['train', '--out', join(cwd, 'none'), ...args]);
      expect(status).toBe(2);
      expect(`${stdout}${stderr}`).not.toContain(SECRET);
      return stderr;
    };
    const bearer = ['--header', `Authorization: Bearer ${SECRET}`];
    const two = ['--data', 'http://a.example/t.csv', '--data', 'http://b.example/t.csv'];
    expect(await refuse(...two, ...bearer)).toContain("--header 'http://a.example Authorization: …'");
    expect(await refuse('--data', join(cwd, 'there.csv'), ...bearer)).toContain('none is named');
    expect(await refuse(...two, '--header', SECRET)).toContain('must be');
    expect(await refuse(...two, '--header', `Host: ${SECRET}`)).toContain('must be');
  });

  it('leaves --no-header alone', async () => {
    const table = join(cwd, 'bare.csv');
    writeFileSync(table, TINY_CSV.slice(TINY_CSV.indexOf('\n') + 1));
    const { status, stderr } = await inProcess([
      'train',
      ...['--data', table, '--out', join(cwd, 'bare'), '--no-header', ...TINY],
    ]);
    expect([status, stderr]).toEqual([0, expect.stringContaining('no header')]);
  });
});

describe('a server that fails while a command reads from it', () => {
  it('is told and asked again, a line a fault', async () => {
    const server = await faulty({ faults: [{ type: 'reset', after: 900 }] });
    const { status, stderr } = await inProcess([
      'train',
      ...['--data', server.url.href, '--out', join(cwd, 'again'), ...TINY],
    ]);
    expect(status).toBe(0);
    expect(stderr).toMatch(/broke off after \d+ bytes: .*ECONNRESET.*It is asked again in /);
    expect(server.requests).toHaveLength(2);
  });

  it('ends the command with --retries 0', async () => {
    const server = await faulty({ faults: [{ type: 'status', status: 503 }] });
    const { status, stderr } = await inProcess([
      'train',
      ...['--data', server.url.href, '--out', join(cwd, 'ended'), '--retries', '0', ...TINY],
    ]);
    expect([status, stderr]).toEqual([1, expect.stringContaining('[HW_HTTP_STATUS]')]);
  });
});

describe('headwater cache', () => {
  it('lists and prunes what is there, and --offline reads it', async () => {
    const server = await faulty({});
    const train = (...more: readonly string[]) =>
      inProcess(['train', '--data', server.url.href, '--out', join(cwd, 'cached'), ...TINY, ...more]);
    expect((await train('--offline')).stderr).toContain('[HW_SNAPSHOT]');
    expect((await train()).status).toBe(0);
    expect((await train('--offline')).status).toBe(0);
    expect(server.requests).toHaveLength(1);

    interface Listed {
      readonly folder: string;
      readonly snapshots: { readonly path: string; readonly sources: string[] }[];
    }
    const listed = async (): Promise<Listed> => JSON.parse((await inProcess(['cache', '--json'])).stdout) as Listed;
    const { folder, snapshots } = await listed();
    const mine = snapshots.find(({ sources }) => sources.includes(server.url.href))?.path ?? '';
    expect(existsSync(mine)).toBe(true);
    const litter = join(folder, '123e4567-e89b-42d3-a456-426614174000.tmp');
    writeFileSync(litter, 'half');
    utimesSync(litter, 1, 1);
    expect((await inProcess(['cache', 'prune', '--older-than', '1'])).stdout).toContain('removed: 0 tables');
    expect([existsSync(mine), existsSync(litter)]).toEqual([true, false]);
    expect((await inProcess(['cache', '--older-than', '1'])).status).toBe(2);
    expect((await inProcess(['cache', 'prune'])).stdout).toMatch(/removed: [1-9]\d* tables/);
    expect(existsSync(mine)).toBe(false);
    expect((await listed()).snapshots).toEqual([]);
  });
});
