import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    typecheck: { enabled: true, include: ['test/**/*.test-d.ts'], tsconfig: './tsconfig.json' },
    // Files run side by side on as many processes as there are cores; long numeric tests need more than the default 5 s.
    pool: 'forks',
    testTimeout: 30_000,
  },
});
