import { describe, expect, it } from 'vitest';
import { guard, ownHeaders } from '../../../src/streams/live/ConnectionOptions.js';

const at = (url: string): URL => new URL(url);

describe('guard', () => {
  it('lets the private address through that was named, and no other', () => {
    const named = guard(at('http://127.0.0.1:8080/a'), 'x');
    expect(named(at('http://127.0.0.1:8080/b'))).toBeUndefined();
    expect(() => named(at('http://127.0.0.1:8081/b'))).toThrow(
      expect.objectContaining({ code: 'HW_ADDRESS', where: 'x' }),
    );
    expect(() => named(at('http://[::1]/'))).toThrow(expect.objectContaining({ code: 'HW_ADDRESS' }));
    expect(guard(at('ws://nas.local/'), 'x')(at('ws://nas.local/'))).toBeUndefined();
  });

  it('looks at what public names lead to', () => {
    const guarded = guard(at('https://example.org/'), 'x');
    expect(guarded(at('https://example.org/'))).toBeInstanceOf(Function);
    expect(guarded(at('https://93.184.215.14/'))).toBeInstanceOf(Function);
    expect(() => guarded(at('https://10.0.0.1/'))).toThrow(expect.objectContaining({ code: 'HW_ADDRESS' }));
    expect(guard(at('https://example.org/'), 'x', true)(at('https://10.0.0.1/'))).toBeUndefined();
  });
});

describe('ownHeaders', () => {
  it('puts given headers beside our own, or in their place', () => {
    expect(ownHeaders({}, at('https://example.org/'))).toEqual({
      'user-agent': expect.stringMatching(/^headwater\/\d/) as unknown,
    });
    expect(ownHeaders({ headers: { 'User-Agent': 'me', 'X-Key': 'k' } }, at('https://example.org/'))).toEqual({
      'user-agent': 'me',
      'x-key': 'k',
    });
  });

  it('shows no header that it refuses', () => {
    expect(() => ownHeaders({ headers: { authorization: 'secret\n' + 'x' } }, at('https://example.org/'))).toThrow(
      expect.objectContaining({ code: 'HW_USAGE', message: expect.not.stringContaining('secret') as unknown }),
    );
  });
});
