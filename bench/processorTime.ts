/** Processor time of a job in this process, user and system, in milliseconds. */
export const processorTime = async (job: () => Promise<unknown>): Promise<number> => {
  const before = process.cpuUsage();
  await job();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};
