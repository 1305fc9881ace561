import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { crc32, deflateRawSync } from 'node:zlib';

/** A file of an archive: its path and its bytes. */
export type ArchivedFile = readonly [name: string, bytes: Buffer];

/** A zip file with deflated entries. */
const zip = (files: readonly ArchivedFile[]): Buffer => {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, bytes] of files) {
    const path = Buffer.from(name);
    const packed = deflateRawSync(bytes);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0); // the version that it takes to read it
    shared.writeUInt16LE(8, 4); // deflated
    shared.writeUInt32LE(crc32(bytes), 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(bytes.length, 18);
    shared.writeUInt16LE(path.length, 22);
    local.push(Buffer.from('PK\u0003\u0004'), shared, path, packed);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    central.push(Buffer.from('PK\u0001\u0002'), Buffer.from([20, 0]), shared, rest, path);
    offset += 4 + shared.length + path.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...local, directory, Buffer.from('PK\u0005\u0006'), end]);
};

const record = (files: readonly ArchivedFile[]): string =>
  files
    .map(
      ([name, bytes]) => `${name},sha256=${createHash('sha256').update(bytes).digest('base64url')},${bytes.length}\n`,
    )
    .join('');

/** The first bytes of a library for Linux, and some more. */
export const library = (machine: number): Buffer => {
  const bytes = Buffer.alloc(5000, 7);
  bytes.write('\u007fELF', 'latin1');
  bytes.writeUInt16LE(machine, 18);
  return bytes;
};

export const X64 = 62;
export const ARM64 = 183;

export interface WheelOptions {
  readonly name?: string;
  readonly version?: string;
  readonly machine?: number;
  /** Left out of it. */
  readonly without?: RegExp;
  /** Changed after the list of files was made. */
  readonly tampered?: RegExp;
  readonly requires?: readonly string[];
  readonly more?: readonly ArchivedFile[];
}

/** Writes a wheel that has of TensorFlow what a set-up looks for, and a few files that it does not need. */
export const fakeWheel = (path: string, options: WheelOptions = {}): string => {
  const {
    name = 'tensorflow_cpu',
    version = '2.21.0',
    machine = X64,
    without,
    tampered,
    requires = [],
    more = [],
  } = options;
  const text = (content: string): Buffer => Buffer.from(content);
  const files: readonly ArchivedFile[] = [
    ['tensorflow/libtensorflow_cc.so.2', library(machine)],
    ['tensorflow/libtensorflow_framework.so.2', library(machine)],
    ['tensorflow/python/other.so', library(machine)],
    ['tensorflow/include/tensorflow/c/c_api.h', text('#include <stdint.h>\n#include "tensorflow/c/tf_status.h"\n')],
    ['tensorflow/include/tensorflow/c/tf_status.h', text('  # include "xla/tsl/c/tsl_status.h"\n')],
    ['tensorflow/include/xla/tsl/c/tsl_status.h', text('#include "tensorflow/c/tf_status.h"\n')],
    ['tensorflow/include/tensorflow/c/eager/c_api.h', text('#include "tensorflow/c/c_api.h"\n')],
    ['tensorflow/include/tensorflow/core/platform/ctstring_internal.h', text('// nothing\n')],
    ['tensorflow/include/tensorflow/unneeded.h', text('// nothing\n')],
    ...more,
    [
      `${name}-${version}.dist-info/METADATA`,
      text(
        `Metadata-Version: 2.4\nName: ${name}\nVersion: ` +
          `${version}\n${requires.map((one) => `Requires-Dist: ${one}\n`).join('')}\nText.\n`,
      ),
    ],
  ];
  const kept = files.filter(([file]) => without?.test(file) !== true);
  const list: ArchivedFile = [`${name}-${version}.dist-info/RECORD`, text(record(kept))];
  const packed = kept.map(([file, bytes]): ArchivedFile => [
    file,
    tampered?.test(file) === true ? Buffer.concat([bytes.subarray(1), Buffer.from('x')]) : bytes,
  ]);
  writeFileSync(path, zip([...packed, ...(without?.test('RECORD') === true ? [] : [list])]));
  return path;
};
