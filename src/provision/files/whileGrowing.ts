import { folderBytes } from './folderBytes.js';

/** How often a folder is looked at, in milliseconds. */
const LOOK_MS = 500;

/**
 * Does some work, and tells meanwhile how far one of some folders has grown: the progress of a program that tells none
 * itself.
 *
 * @param folders where it may write; of what it moves from one to another, nothing counts twice
 * @param grown told the bytes that have come since it began
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
