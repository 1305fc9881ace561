import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, it, vi } from 'vitest';
import { onBackend } from '../../../src/ops/backends/onBackend.js';
import { registerBackend } from '../../../src/ops/backends/registerBackend.js';

/** The tests of this file run in order: the first must see tfjs before any backend is chosen. */
describe('onBackend', () => {
  it('refuses a backend that is not registered, and says what to do', () => {
    expect(() => onBackend('headwater', () => 1)).toThrow(expect.objectContaining({ code: 'HW_BACKEND' }));
    expect(() => onBackend('headwater', () => 1)).toThrow(/registerBackend\(\)/);
    registerBackend();
    expect(onBackend('headwater', () => tf.getBackend())).toBe('headwater');
  });

  it('switches for the work alone', async () => {
    await tf.setBackend('cpu');
    expect(onBackend('headwater', () => [tf.getBackend(), tf.backend() === tf.findBackend('headwater')])).toEqual([
      'headwater',
      true,
    ]);
    expect(tf.getBackend()).toBe('cpu');
    expect(tf.backend()).toBe(tf.findBackend('cpu'));
  });

  it('restores the backend when the work throws', async () => {
    await tf.setBackend('cpu');
    expect(() =>
      onBackend('headwater', () => {
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(tf.getBackend()).toBe('cpu');
  });

  it('nests', async () => {
    await tf.setBackend('cpu');
    onBackend('headwater', () => {
      expect(onBackend('cpu', () => onBackend('headwater', () => tf.getBackend()))).toBe('headwater');
      expect(tf.getBackend()).toBe('headwater');
    });
    expect(tf.getBackend()).toBe('cpu');
  });

  it('refuses a backend that is still loading', async () => {
    await tf.setBackend('cpu');
    tf.registerBackend('slow', () => new Promise(() => undefined), 0);
    expect(() => onBackend('slow', () => 1)).toThrow(expect.objectContaining({ code: 'HW_BACKEND' }));
    tf.removeBackend('slow');
    expect(tf.getBackend()).toBe('cpu');
  });

  it('refuses a backend that could not be made, instead of computing on the current one', async () => {
    await tf.setBackend('cpu');
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    tf.registerBackend(
      'broken',
      () => {
        throw new Error('no driver');
      },
      0,
    );
    expect(() => onBackend('broken', () => tf.getBackend())).toThrow(expect.objectContaining({ code: 'HW_BACKEND' }));
    expect(tf.getBackend()).toBe('cpu');
    tf.removeBackend('broken');
    warn.mockRestore();
  });

  it('refuses a function that returns a promise, by its type and when it is called', () => {
    registerBackend();
    // @ts-expect-error -- a promise is no result of synchronous work
    const call = (): unknown => onBackend('headwater', () => Promise.resolve(1));
    expect(call).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    // @ts-expect-error -- so is that of an async function, whose error must not end the process either
    const failing = (): unknown => onBackend('headwater', async () => Promise.reject(new Error('late')));
    expect(failing).toThrow(/returns a promise/);
  });
});
