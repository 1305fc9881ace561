import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionAdvice } from '../../src/brokers/internal/connectionAdvice.js';
import { openConnection } from '../../src/brokers/nats/internal/ownConnection.js';
import { natsConnection } from '../../src/brokers/nats/natsConnection.js';
import { freePort, killAll, untilOpen } from './localServers.js';
import { natsProgram, NO_NATS } from './natsServer.js';
import { selfSigned } from './selfSigned.js';

describe('the advice about a connection', () => {
  it.each([
    ['Authorization Violation', /password/],
    ['SASL authentication failed.', /password/],
    ['Topic authorization failed.', /permissions/],
    ['Permissions Violation for Publish to "out"', /permissions/],
    ['self-signed certificate', /authority/],
    ['unable to get local issuer certificate', /authority/],
    ["server does not support 'tls'", /no TLS/],
    ['write EPROTO: ssl3_get_record:wrong version number', /no TLS/],
    ["The group member's supported protocols are incompatible with those of existing members", /another group/],
    ['The session timeout is not within the range allowed by the broker', /--session-timeout/],
    ['connect ECONNREFUSED 127.0.0.1:4222', /^other$/],
  ])('%s', (message, advice) => {
    const inner = new Error(message);
    expect(connectionAdvice(inner, 'other')).toMatch(advice);
    const outer = new AggregateError([new Error('a'), new Error('b', { cause: inner })], 'Cannot connect.');
    expect(connectionAdvice(outer, 'other')).toMatch(advice);
  });
});

if (natsProgram === undefined) console.warn(`skipped: ${NO_NATS}`);

describe.skipIf(natsProgram === undefined)('a NATS server that wants a password and TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-tls-'));
  const children: ReturnType<typeof spawn>[] = [];
  let plain = '';
  let secure = '';

  const start = async (...args: readonly string[]): Promise<string> => {
    const port = await freePort();
    children.push(spawn(natsProgram ?? '', ['-a', '127.0.0.1', '-p', String(port), ...args], { stdio: 'ignore' }));
    await untilOpen(port);
    return `nats://127.0.0.1:${port}`;
  };
  beforeAll(async () => {
    const { key, certificate } = selfSigned(folder);
    plain = await start('--user', 'a', '--pass', 'b');
    secure = await start('--tls', '--tlscert', certificate, '--tlskey', key);
  });
  afterAll(async () => {
    await killAll(children);
    rmSync(folder, { recursive: true, force: true });
  });

  const open = (servers: string, options: object) =>
    openConnection(natsConnection({ servers: [servers], timeout: 5000, ...options }));

  it('is told with what to do: no password, a wrong one, a certificate of nobody, no TLS there', async () => {
    await expect(open(plain, {})).rejects.toThrow(/password/);
    await expect(open(plain, { user: 'a', pass: 'wrong' })).rejects.toThrow(/password/);
    await expect(open(secure, { tls: {} })).rejects.toThrow(/authority/);
    await expect(open(plain, { user: 'a', pass: 'b', tls: {} })).rejects.toThrow(/no TLS/);
    const connection = await open(secure, { tls: { ca: readFileSync(join(folder, 'certificate.pem'), 'utf8') } });
    await connection.close();
  });
});
