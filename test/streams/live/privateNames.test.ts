import type { LookupAddress } from 'node:dns';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { serverSentEvents } from '../../../src/streams/live/serverSentEvents.js';
import { webSocketLines } from '../../../src/streams/live/webSocketLines.js';
import { collect } from '../collect.js';
import { serve } from '../servers.js';

const looked = vi.hoisted(() => ({ up: [] as string[] }));

// A name server that lies: every public name is this machine.
vi.mock('node:dns', async (original) => ({
  ...(await original<object>()),
  lookup: (
    hostname: string,
    _options: object,
    found: (error: Error | null, addresses: readonly LookupAddress[]) => void,
  ) => {
    looked.up.push(hostname);
    found(null, [{ address: '127.0.0.1', family: 4 }]);
  },
}));

afterEach(() => {
  looked.up = [];
});

describe('a public name that leads into a private network', () => {
  it.each([
    ['serverSentEvents', serverSentEvents, 'http'],
    ['webSocketLines', webSocketLines, 'ws'],
  ] as const)('is not asked by %s', async (_name, source, scheme) => {
    let asked = 0;
    const origin = await serve((_request, response) => {
      asked++;
      response.end();
    });
    const { port } = new URL(origin);
    const { error } = await collect(source(`${scheme}://news.example.org:${port}/`));
    expect(error).toMatchObject({ code: 'HW_ADDRESS', where: `${scheme}://news.example.org:${port}/` });
    expect(looked.up).toEqual(['news.example.org']);
    expect(asked).toBe(0);
  });
});
