/** How many threads a model computes on, in words. */
export const onThreads = (threads: number): string => `on ${threads} thread${threads === 1 ? '' : 's'}`;
