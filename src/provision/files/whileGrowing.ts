import { folderBytes } from './folderBytes.js';

/** The interval between two measurements of a folder. Milliseconds. */
const LOOK_MS = 500;

/**
 * Runs some work and reports how much one of several folders has grown. This gives the progress of a program that
 * reports none.
 *
 * @param folders where the program may write; files that it moves between them are not counted twice
 * @param grown called with the bytes that were added since the start
 */
export const whileGrowing = async <T>(
  folders: readonly string[],
  grown: (bytes: number) => void,
  work: () => Promise<T>,
): Promise<T> => {
  const sizes = (): Promise<number[]> => Promise.all(folders.map(folderBytes));
  const before = await sizes();
  let most = 0;
  const look = async (): Promise<void> => {
    const bytes = Math.max(...(await sizes()).map((size, at) => size - (before[at] ?? 0)));
    if (bytes <= most) return;
    most = bytes;
    grown(bytes);
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
};
