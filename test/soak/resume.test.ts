import { describe, expect, it } from 'vitest';
import { workFolder } from '../cli/headwater.js';
import { killAtRandom, plainTraining, TRAININGS } from '../cli/killedTraining.js';

/** How often the soak kills; `npm test` kills a handful of times in `test/cli/training/resume.test.ts`. */
const soak = process.env['MODE'] === 'soak';

describe.skipIf(!soak)('trainings that are killed at random moments', () => {
  const cwd = workFolder();

  it.each([
    ['lesson', 40, 900],
    ['wide-gru', 40, 2000],
    ['lesson', 1000, 900],
  ] as const)(
    '%s, %i kills: the bytes of one that was not killed',
    { timeout: 14_400_000 },
    async (name, wanted, longestMs) => {
      const training = TRAININGS[name];
      const whole = await plainTraining(cwd, `${name}-${wanted}`, training);
      let killed = 0;
      for (let seed = 0; killed < wanted; seed++) {
        const run = await killAtRandom(cwd, `${name}-${wanted}-${seed}`, training, { seed, kills: 10, longestMs });
        killed += run.killed;
        expect(run.left).toEqual(whole);
      }
      console.log(`${name}: ${killed} kills, each resumed to the same bytes`);
    },
  );
});
