import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeadwaterError } from '../../src/contracts/HeadwaterError.js';
import { jsonLine } from '../../src/sinks/jsonLine.js';

describe('jsonLine', () => {
  it('writes typed arrays as arrays', () => {
    expect(
      jsonLine({
        ids: Int32Array.of(3, -1),
        p: Float32Array.of(0.5),
        b: Uint8Array.of(255),
        big: BigInt64Array.of(7n),
      }),
    ).toBe('{"ids":[3,-1],"p":[0.5],"b":[255],"big":["7"]}');
    expect(jsonLine(Float64Array.of(0.1, NaN, Infinity))).toBe('[0.1,null,null]');
    expect(jsonLine(Buffer.from('hi'))).toBe('{"type":"Buffer","data":[104,105]}');
  });

  it('writes the shapes of weights, not their numbers', () => {
    const weights = new Map([
      ['rnn.weight_ih_l0', { shape: [300, 100], data: new Float32Array(30_000) }],
      ['fc.bias', { shape: [4], data: new Float32Array(4) }],
    ]);
    expect(jsonLine({ epoch: 1, weights })).toBe(
      '{"epoch":1,"weights":{"rnn.weight_ih_l0":{"shape":[300,100]},"fc.bias":{"shape":[4]}}}',
    );
    expect(jsonLine({ shape: [2], data: [1, 2] })).toBe('{"shape":[2],"data":[1,2]}');
  });

  it('writes maps, sets, errors and large whole numbers', () => {
    expect(jsonLine(new Map([['__proto__', 1]]))).toBe('{"__proto__":1}');
    expect(jsonLine(new Set(['a', 'b']))).toBe('["a","b"]');
    expect(jsonLine(2n ** 64n)).toBe('"18446744073709551616"');
    expect(
      jsonLine({
        error: new HeadwaterError('HW_CSV', 'A quote is not closed.', {
          where: 'news.csv:3',
          cause: new TypeError('quote'),
        }),
      }),
    ).toBe(
      '{"error":{"name":"HeadwaterError","code":"HW_CSV","message":"A quote is not ' +
        'closed.","where":"news.csv:3","cause":{"name":"TypeError","message":"quote"}}}',
    );
  });

  it('writes null for what has no word in JSON', () => {
    expect([undefined, NaN, -Infinity, Symbol('s'), () => 1].map(jsonLine)).toEqual([
      'null',
      'null',
      'null',
      'null',
      'null',
    ]);
    expect(jsonLine({ loss: NaN, left: undefined, list: [undefined] })).toBe('{"loss":null,"list":[null]}');
  });

  it('refuses a value that contains itself, and one that will not be written', () => {
    const knot: unknown[] = [];
    knot.push(knot);
    expect(() => jsonLine(knot)).toThrow(
      expect.objectContaining({
        code: 'HW_USAGE',
        message: expect.stringMatching(/circular.*Map it to plain data/) as string,
      }),
    );
    const stubborn = {
      toJSON: () => {
        throw new Error('no');
      },
    };
    expect(() => jsonLine(stubborn)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });

  it('is one line, and gives back what JSON can hold', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const line = jsonLine(value);
        expect(line).not.toMatch(/[\n\r]/);
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { seed: 21, numRuns: 200 },
    );
  });
});
