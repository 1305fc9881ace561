import type { Message } from '@platformatic/kafka';
import { describe, expect, it } from 'vitest';
import { DeadLetterMessage } from '../../../src/brokers/kafka/internal/DeadLetterMessage.js';

describe('a dead letter', () => {
  it('is shortened when it is refused, until nothing is left to shorten', () => {
    const message = { key: Buffer.from('k'), value: Buffer.alloc(20_000) } as Partial<Message> as Message;
    const letter = new DeadLetterMessage(message, 'news:0:0', 'no headline', 'dead', 'kafka://a:9092/news');
    const error = new Error('too large');

    letter.outgoing().refused(error);
    expect(letter.outgoing()).toMatchObject({ key: message.key, value: { length: 16_384 } });
    letter.outgoing().refused(error);
    expect(letter.outgoing()).toMatchObject({ value: { length: 0 }, headers: { 'headwater-bytes': '20000' } });
    expect(letter.outgoing()).not.toHaveProperty('key');
    // Refused for ever, it would be sent again without a pause.
    expect(() => letter.outgoing().refused(error)).toThrow(error);
  });
});
