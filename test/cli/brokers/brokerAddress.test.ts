import { describe, expect, it } from 'vitest';
import { brokerAddress } from '../../../src/cli/brokers/brokerAddress.js';

describe('brokerAddress', () => {
  it('reads servers, with their ports, and a name', () => {
    expect(brokerAddress('kafka://b1,b2:9093/head.lines_1-x', '--from')).toEqual({
      kind: 'kafka',
      servers: ['b1:9092', 'b2:9093'],
      name: 'head.lines_1-x',
    });
    expect(brokerAddress('nats://[::1],[::2]:4223/results.news', '--to')).toEqual({
      kind: 'nats',
      servers: ['[::1]:4222', '[::2]:4223'],
      name: 'results.news',
    });
    expect(brokerAddress('-', '--to')).toEqual({ kind: 'standard' });
  });

  it.each([
    ['nats://n1:70000/HEADLINES', '--from', 'a port from 1 to 65535'],
    ['kafka://b1:0/headlines', '--from', 'a port from 1 to 65535'],
    ['nats://n1:/HEADLINES', '--from', 'a port from 1 to 65535'],
    ['nats://n1,,n2/HEADLINES', '--from', 'each server must be a name'],
    ['nats://n1/HEAD.LINES', '--from', 'has no dots'],
    ['nats://n1/results.*', '--to', 'no * and >'],
    ['nats://n1/results..news', '--to', 'words with dots between them'],
    ['kafka://b1/head lines', '--from', 'kafka://broker,broker/topic'],
    ['kafka://b1/..', '--to', 'letters, digits, dots, - and _'],
    ['kafka://b1/köpfe', '--to', 'letters, digits, dots, - and _'],
    ['amqp://b1/x', '--from', 'kafka://broker,broker/topic'],
  ] as const)('refuses %s as %s', (address, option, says) => {
    expect(() => brokerAddress(address, option)).toThrow(
      expect.objectContaining({ code: 'HW_USAGE', message: expect.stringMatching(`^${option} is .*`) as string }),
    );
    expect(() => brokerAddress(address, option)).toThrow(says);
  });

  it('does not repeat a password', () => {
    expect(() => brokerAddress('nats://me:secret@n1/HEADLINES', '--from')).toThrow(/^--from holds a user(?!.*secret)/);
  });
});
