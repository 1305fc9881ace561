// Reads a table in a process of its own, whose memory is then the reading's alone, and prints what it took as JSON.
import { fetchCsv } from '../../src/streams/fetchCsv.js';

const source = process.argv[2] ?? '';
const before = process.memoryUsage.rss();
const since = performance.now();
let rows = 0;
let rejections = 0;
let sum = 0;
fetchCsv(source, { rejections: { next: () => (rejections += 1) } }).subscribe({
  next: ({ fields }) => {
    rows++;
    sum += Number(fields['n']);
  },
  error: (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
  complete: () => {
    const growth = process.resourceUsage().maxRSS * 1024 - before;
    console.log(JSON.stringify({ rows, rejections, sum, growth, milliseconds: performance.now() - since }));
  },
});
