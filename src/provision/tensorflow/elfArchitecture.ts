import { open } from 'node:fs/promises';

/** The processors of the ELF format on which Node runs under Linux, with Node's names. */
const MACHINES: Readonly<Record<number, string>> = { 3: 'ia32', 40: 'arm', 62: 'x64', 183: 'arm64', 243: 'riscv64' };

/** The processor of a library, by Node's name; undefined if it is not an ELF file. */
export const elfArchitecture = async (path: string): Promise<string | undefined> => {
  const file = await open(path);
  try {
    const head = Buffer.alloc(20);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    if (bytesRead < head.length || head.toString('latin1', 0, 4) !== '\u007fELF') return undefined;
    const machine = head.readUInt16LE(18);
    return MACHINES[machine] ?? `processor ${machine}`;
  } finally {
    await file.close();
  }
};
