import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readBrokerOptions } from '../../../src/cli/brokers/brokerOptions.js';
import { workFolder } from '../headwater.js';

const cwd = workFolder();
const KAFKA = { kind: 'kafka', servers: ['b1:9092', 'b2:9092'] } as const;
const file = (content: unknown): string => {
  const path = join(cwd, 'broker.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

it('replaces environment variables in texts at any depth, and leaves other values', async () => {
  const path = file({ sasl: { password: 'a${P}b${P}' }, list: ['${P}', 1], retries: 3, plain: '$P {P}', off: null });
  expect((await readBrokerOptions(path, { P: 'x$&' })).of(KAFKA)).toEqual({
    sasl: { password: 'ax$&bx$&' },
    list: ['x$&', 1],
    retries: 3,
    plain: '$P {P}',
    off: null,
  });
});

it('reads the files of certificates, keys and credentials, relative to the folder of the options file', async () => {
  mkdirSync(join(cwd, 'tls'), { recursive: true });
  writeFileSync(join(cwd, 'tls/ca.pem'), 'the authority');
  writeFileSync(join(cwd, 'user.creds'), 'the credentials');
  const path = file({ tls: { caFile: 'tls/ca.pem', servername: 'a' }, credsFile: '${HERE}/user.creds' });
  expect((await readBrokerOptions(path, { HERE: cwd })).of(KAFKA)).toEqual({
    tls: { ca: 'the authority', servername: 'a' },
    creds: 'the credentials',
  });
});

it('says which variable or which file is missing, and quotes nothing of a file that is no JSON', async () => {
  await expect(readBrokerOptions(file({ pass: '${HEADWATER_NONE}' }), {})).rejects.toMatchObject({
    code: 'HW_USAGE',
    message: expect.stringMatching(/HEADWATER_NONE, which is not set/) as string,
  });
  await expect(readBrokerOptions(file({ tls: { keyFile: 'none.pem' } }))).rejects.toMatchObject({
    code: 'HW_PATH',
    message: expect.stringMatching(/keyFile.*--broker-options.*none\.pem/) as string,
  });
  await expect(readBrokerOptions(file({ tls: { keyFile: 3 } }))).rejects.toMatchObject({ code: 'HW_USAGE' });
  for (const content of ['{"pass": "secret"', '["secret"]', '"secret"'])
    await expect(readBrokerOptions(file(content))).rejects.toMatchObject({
      code: 'HW_USAGE',
      message: expect.not.stringMatching(/secret/) as string,
    });
});

it('has options for each cluster, by one of its servers or by its kind', async () => {
  const options = await readBrokerOptions(
    file({ 'kafka://b0,b2': { at: 'b' }, 'kafka://': { at: 'others' }, 'nats://n1:5': { at: 'n' } }),
  );
  expect(options.of(KAFKA)).toEqual({ at: 'b' });
  expect(options.of({ kind: 'kafka', servers: ['c:9092'] })).toEqual({ at: 'others' });
  expect(options.of({ kind: 'nats', servers: ['n1:5'] })).toEqual({ at: 'n' });
  expect(() => options.of({ kind: 'nats', servers: ['n1:4222'] })).toThrow(
    /--broker-options\) has no options for nats:\/\/n1:4222.*"nats:\/\/"/,
  );
});

it('says of a cluster what is wrong only where it is used', async () => {
  const options = await readBrokerOptions(file({ 'kafka://b1': { pass: '${HEADWATER_NONE}' }, 'nats://': {} }), {});
  expect(options.of({ kind: 'nats', servers: ['n1:4222'] })).toEqual({});
  expect(() => options.of(KAFKA)).toThrow(/HEADWATER_NONE, which is not set/);
});

it.each([
  [{ 'kafka://b1': {}, tls: {} }, /also "tls" outside/],
  [{ 'kafka://b1/headlines': {} }, /kafka:\/\/b1\/headlines.*without a topic/],
  [{ 'kafka://b1': 'secret' }, /kafka:\/\/b1 in .* is no JSON object/],
  [{ 'kafka://user:secret@b1': {} }, /holds a user/],
])('refuses %j', async (content, message) => {
  await expect(readBrokerOptions(file(content))).rejects.toMatchObject({
    code: 'HW_USAGE',
    message: expect.stringMatching(message) as string,
  });
  await expect(readBrokerOptions(file(content))).rejects.not.toMatchObject({
    message: expect.stringMatching(/secret/) as string,
  });
});
