import { spawnSync } from 'node:child_process';

/** The Python that tests may ask: that of `HEADWATER_PYTHON`, or the one on the path. */
export const python = process.env['HEADWATER_PYTHON'] ?? 'python3';

/** Whether it has all of these modules. */
export const pythonHas = (...modules: readonly string[]): boolean => {
  const names = modules.map((name) => `"${name}"`).join(', ');
  const look = spawnSync(
    python,
    ['-c', `import importlib.util as u; print(all(u.find_spec(m) for m in (${names},)))`],
    { encoding: 'utf8' },
  );
  return look.status === 0 && look.stdout.trim() === 'True';
};

/** What a script answers, in JSON on its stdout, to questions in JSON on its stdin. */
export const askPython = (script: string, questions: unknown): unknown => {
  const peer = spawnSync(python, [script], { input: JSON.stringify(questions), encoding: 'utf8', timeout: 120_000 });
  if (peer.status !== 0) throw new Error(`the peer ended with status ${peer.status ?? 'none'}: ${peer.stderr}`);
  return JSON.parse(peer.stdout);
};
