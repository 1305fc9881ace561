import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { describe, expect, it } from 'vitest';
import { noKafka } from '../brokers/kafka/kafkaServer.js';
import { natsProgram, NO_NATS } from '../brokers/natsServer.js';
import { startWorkers, type Workers } from '../brokers/workers.js';
import { savedModel } from '../examples/savedModel.js';
import { type BrokerTopics, expectEachOnce, kafkaSoak, natsSoak } from './brokerTopics.js';

/**
 * What takes long of the brokers' tests: `npm run test:soak` runs it. HEADWATER_BROKER_HEADLINES says with how many
 * headlines; HEADWATER_SOAK_SEED which faults come.
 */
const soaks = process.env['MODE'] === 'soak';
const COUNT = Number(process.env['HEADWATER_BROKER_HEADLINES'] ?? 1_000_000);
const SEED = Number(process.env['HEADWATER_SOAK_SEED'] ?? 1);
const HOURS = 3_600_000;

const BROKERS = [
  { name: 'JetStream', missing: natsProgram === undefined ? NO_NATS : undefined, open: natsSoak },
  { name: 'Kafka', missing: noKafka, open: kafkaSoak },
] as const;

if (soaks) for (const { missing } of BROKERS) if (missing !== undefined) console.warn(`skipped: ${missing}`);

/** Root can cut a network and fill a disk of its own. */
const isRoot = process.getuid?.() === 0 && existsSync('/proc/net');

const OPTIONS = ['--group', 'g', '--session-timeout', '3', '--max-in-flight', '1024'];

/**
 * Waits until all results have been read, and those that would come twice would have come. Fails if a worker ends by
 * itself, since the rest would then wait for ever.
 */
const untilAllRead = async ({ found }: BrokerTopics, ...groups: readonly Workers[]): Promise<void> => {
  while (found.headlines < found.counts.length) {
    for (const { ended, said } of groups) if (ended.length > 0) throw new Error(`A worker ended: ${said.slice(-2000)}`);
    await sleep(500);
  }
  await sleep(5000);
};

/** A fault comes at most so often: on a slow machine, workers must be able to start between two of them. */
const RESULTS_BETWEEN = Math.min(10_000, COUNT / 20);

/** A fault every few seconds, until it is told to stop: which, the seed says. */
const makeFaults = async (
  topics: BrokerTopics,
  workers: Workers,
  over: () => boolean,
): Promise<Record<string, number>> => {
  const random = xoroshiro128plus(SEED);
  const below = (count: number): number => uniformInt(random, 0, count - 1);
  const made: Record<string, number> = {};
  const faults: Readonly<Record<string, () => Promise<void>>> = {
    'a worker killed': () => {
      workers.replace(below(4));
      return Promise.resolve();
    },
    'a worker stopped for longer than its session': async () => {
      const index = below(4);
      workers.freeze(index);
      await sleep(5000);
      workers.wake(index);
    },
    'a server killed': async () => {
      const index = below(topics.size);
      topics.servers.kill(index);
      await sleep(2000);
      await topics.servers.start(index);
    },
    'all workers killed one after another, ten times': async () => {
      for (let i = 0; i < 10; i++) {
        workers.replace(i % 4);
        await sleep(300);
      }
    },
  };
  const names = Object.keys(faults);
  while (!over()) {
    const name = names[below(names.length)] ?? '';
    await faults[name]?.();
    made[name] = (made[name] ?? 0) + 1;
    const next = topics.found.read + RESULTS_BETWEEN;
    await sleep(2000 + below(3000));
    while (!over() && topics.found.read < next) await sleep(500);
  }
  return made;
};

describe.skipIf(!soaks).each(BROKERS)('$name', ({ name, missing, open }) => {
  it.skipIf(missing !== undefined)(
    'classifies every headline once, though a fault comes every few seconds',
    async () => {
      const [topics, model] = await Promise.all([open(COUNT, 3), savedModel()]);
      if (!topics.publishesThroughFaults) await topics.publish(0, COUNT);
      const workers = startWorkers(4, [...topics.addresses, ...OPTIONS, '--model', model]);
      let over = false;
      const began = Date.now();
      const faults = makeFaults(topics, workers, () => over);
      const telling = setInterval(() => {
        // As many ids as results: the publisher has sent a headline twice, and each was classified once.
        const { read, counts, ids } = topics.found;
        const repeated = counts.filter((count) => count > 1).length;
        console.log(name, read, 'of', COUNT, 'read,', repeated, 'repeated,', ids.size, 'ids');
      }, 60_000);
      try {
        if (topics.publishesThroughFaults) await topics.publish(0, COUNT);
        await untilAllRead(topics, workers);
        over = true;
        console.log(name, COUNT, 'headlines in', Math.round((Date.now() - began) / 1000), 's', await faults);
      } finally {
        clearInterval(telling);
        over = true;
        await faults;
        await workers.stop();
        await topics.stop();
      }
      expectEachOnce(topics);
    },
    4 * HOURS,
  );

  it.skipIf(missing !== undefined)(
    'classifies every headline once, though a worker leaves and another joins every two seconds',
    async () => {
      const count = Math.min(COUNT, 20_000);
      const [topics, model] = await Promise.all([open(count, 1), savedModel()]);
      const workers = startWorkers(4, [...topics.addresses, ...OPTIONS, '--model', model]);
      let renewed = 0;
      const storm = setInterval(() => workers.renew(renewed++ % 4), 2000);
      try {
        // In parts, so that the storm outlasts them.
        for (let at = 0; at < count; at += count / 10) {
          await topics.publish(at, at + count / 10);
          await sleep(2000);
        }
        await untilAllRead(topics, workers);
        console.log(name, count, 'headlines, workers renewed:', renewed);
      } finally {
        clearInterval(storm);
        await workers.stop();
        await topics.stop();
      }
      expectEachOnce(topics);
    },
    HOURS,
  );

  it.skipIf(missing !== undefined)(
    'holds no more memory while millions wait',
    async () => {
      const [topics, model] = await Promise.all([open(COUNT, 1), savedModel()]);
      await topics.publish(0, COUNT);
      const workers = startWorkers(1, [...topics.addresses, ...OPTIONS, '--model', model]);
      const [pid = 0] = workers.pids;
      const megabytes = (): number =>
        Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
      const held: number[] = [];
      try {
        while (topics.found.headlines < COUNT) {
          await sleep(1000);
          if (topics.found.read > COUNT / 10) held.push(megabytes());
        }
      } finally {
        await workers.stop();
        await topics.stop();
      }
      const most = (values: readonly number[]): number => Math.max(...values);
      const half = Math.floor(held.length / 2);
      const [first, last] = [most(held.slice(0, half)), most(held.slice(half))];
      console.log(name, COUNT, 'headlines wait:', Math.round(first), 'MB, then', Math.round(last), 'MB');
      expect(last).toBeLessThan(first + 50);
    },
    4 * HOURS,
  );

  it.skipIf(missing !== undefined || !isRoot)(
    'goes on after its network was cut',
    async () => {
      const [space, near, far] = [`hw${process.pid}`, `hwa${process.pid % 10_000}`, `hwb${process.pid % 10_000}`];
      const ip = (...args: readonly string[]) => execFileSync('ip', args, { stdio: 'ignore' });
      const host = '10.213.77.1';
      ip('netns', 'add', space);
      try {
        ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far);
        ip('link', 'set', far, 'netns', space);
        ip('addr', 'add', `${host}/24`, 'dev', near);
        ip('link', 'set', near, 'up');
        ip('-n', space, 'addr', 'add', '10.213.77.2/24', 'dev', far);
        ip('-n', space, 'link', 'set', far, 'up');
        const count = 20_000;
        const model = await savedModel();
        const topics = await open(count, 1, { host });
        const args = [...topics.addresses, ...OPTIONS, '--model', model];
        // One on this side, and one whose network is cut.
        const inside = startWorkers(1, args, ['ip', 'netns', 'exec', space]);
        const outside = startWorkers(1, args);
        try {
          await topics.publish(0, count / 2);
          for (let cuts = 0; cuts < 3; cuts++) {
            ip('link', 'set', near, 'down');
            await sleep(6000);
            ip('link', 'set', near, 'up');
            await sleep(3000);
          }
          await topics.publish(count / 2, count);
          await untilAllRead(topics, inside, outside);
        } finally {
          await Promise.all([inside.stop(), outside.stop()]);
          await topics.stop();
        }
        expectEachOnce(topics);
      } finally {
        ip('netns', 'del', space);
      }
    },
    HOURS,
  );
});

it.skipIf(!soaks || !isRoot || natsProgram === undefined)(
  'holds results while the disk of JetStream is full, and loses none',
  async () => {
    const disk = mkdtempSync(join(tmpdir(), 'headwater-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk]);
    const filler = join(disk, 'filler');
    const count = 20_000;
    try {
      const [topics, model] = await Promise.all([natsSoak(count, 1, { folder: disk }), savedModel()]);
      await topics.publish(0, count);
      // What is left is less than the results need.
      const room = Number(execFileSync('df', ['--output=avail', '-B1', disk], { encoding: 'utf8' }).split('\n')[1]);
      writeFileSync(filler, Buffer.alloc(Math.max(0, room - 1_000_000)));
      const workers = startWorkers(2, [...topics.addresses, ...OPTIONS, '--model', model]);
      try {
        await expect.poll(() => workers.said, { timeout: 60_000 }).toContain('results wait');
        const before = topics.found.read;
        expect(before).toBeLessThan(count);
        rmSync(filler);
        // A server that has met a full disk stores nothing more until it is started again.
        topics.servers.kill(0);
        await topics.servers.start(0);
        await untilAllRead(topics, workers);
      } finally {
        await workers.stop();
        await topics.stop();
      }
      expectEachOnce(topics);
    } finally {
      execFileSync('umount', [disk]);
      rmSync(disk, { recursive: true, force: true });
    }
  },
  HOURS,
);

it.skipIf(!soaks || noKafka !== undefined)(
  'writes results as fast as a quota of Kafka allows, each once',
  async () => {
    const count = 5000;
    const [topics, model] = await Promise.all([kafkaSoak(count, 1), savedModel()]);
    const { Admin } = await import('@platformatic/kafka');
    const admin = new Admin({ bootstrapBrokers: [new URL(topics.addresses[1] ?? '').host], clientId: 'quota' });
    // The results take a minute. All that fit into one transaction would take longer than its timeout.
    await admin.alterClientQuotas({
      entries: [
        {
          entities: [{ entityType: 'client-id', entityName: 'headwater' }],
          ops: [{ key: 'producer_byte_rate', value: 20_000, remove: false }],
        },
      ],
      validateOnly: false,
    });
    await topics.publish(0, count);
    const workers = startWorkers(1, [...topics.addresses, ...OPTIONS, '--model', model]);
    try {
      await untilAllRead(topics, workers);
    } finally {
      await workers.stop();
      await admin.close();
      await topics.stop();
    }
    expectEachOnce(topics);
  },
  240_000,
);
