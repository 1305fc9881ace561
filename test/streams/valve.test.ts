import { describe, expect, it } from 'vitest';
import { valve } from '../../src/streams/valve.js';

const heard = (brake: ReturnType<typeof valve>): boolean[] => {
  const states: boolean[] = [];
  brake.open$.subscribe((open) => states.push(open));
  return states;
};

describe('valve', () => {
  it('starts open and says so on subscription', () => {
    const brake = valve();
    expect(brake.isOpen).toBe(true);
    expect(heard(brake)).toEqual([true]);
  });

  it('is closed while anyone holds it, and tells changes alone', () => {
    const brake = valve();
    const states = heard(brake);
    const releaseA = brake.hold();
    const releaseB = brake.hold();
    expect(brake.isOpen).toBe(false);
    releaseA();
    expect(brake.isOpen).toBe(false);
    releaseB();
    expect(brake.isOpen).toBe(true);
    expect(states).toEqual([true, false, true]);
  });

  it('takes a second release of the same hold for nothing', () => {
    const brake = valve();
    const releaseA = brake.hold();
    const releaseB = brake.hold();
    releaseA();
    releaseA();
    expect(brake.isOpen).toBe(false);
    releaseB();
    releaseB();
    brake.hold();
    expect(brake.isOpen).toBe(false);
  });

  it('tells a late subscriber the present state', () => {
    const brake = valve();
    brake.hold();
    expect(heard(brake)).toEqual([false]);
  });

  it('lets every subscriber hear the last state last when one of them holds within the news', () => {
    const brake = valve();
    let greedy = false;
    let regrip: (() => void) | undefined;
    brake.open$.subscribe((open) => {
      if (open && greedy) regrip = brake.hold();
    });
    const states = heard(brake);
    const release = brake.hold();
    greedy = true;
    release();
    expect(brake.isOpen).toBe(false);
    expect(states).toEqual([true, false, true, false]);
    greedy = false;
    regrip?.();
    expect(brake.isOpen).toBe(true);
    expect(states.at(-1)).toBe(true);
  });

  it('keeps each valve to itself', () => {
    const a = valve();
    const b = valve();
    a.hold();
    expect(b.isOpen).toBe(true);
  });

  it('wakes a subscriber that met a hold which another one released within the same news', () => {
    const brake = valve();
    let release = brake.hold();
    let resumed = 0;
    // A source: what it emits makes its queue hold the valve, so it stops and waits for the next opening.
    brake.open$.subscribe(() => {
      if (!brake.isOpen) return;
      resumed++;
      if (resumed === 1) release = brake.hold();
    });
    // A queue that is told of the same opening, and finds itself empty.
    brake.open$.subscribe((open) => {
      if (open) release();
    });
    release();
    expect(brake.isOpen).toBe(true);
    expect(resumed).toBe(2);
  });
});
