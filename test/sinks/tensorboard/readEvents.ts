/** CRC-32C bit by bit: another way than the one that writes. */
export const crcOf = (bytes: Uint8Array): number => {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
};

const unmask = (masked: number): number => {
  const turned = (masked - 0xa282ead8) >>> 0;
  return ((turned >>> 17) | (turned << 15)) >>> 0;
};

/**
 * The data of every whole record; fails where a checksum is wrong. What is left of a record at the end is not read, as
 * TensorBoard leaves it for later.
 */
export const readRecords = (file: Uint8Array): readonly Uint8Array[] => {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const records: Uint8Array[] = [];
  let at = 0;
  while (at + 16 <= file.length) {
    const length = Number(view.getBigUint64(at, true));
    if (unmask(view.getUint32(at + 8, true)) !== crcOf(file.subarray(at, at + 8)))
      throw new Error(`The length at byte ${at} is damaged.`);
    if (at + 16 + length > file.length) break;
    const data = file.subarray(at + 12, at + 12 + length);
    if (unmask(view.getUint32(at + 12 + length, true)) !== crcOf(data))
      throw new Error(`The record at byte ${at} is damaged.`);
    records.push(data);
    at += 16 + length;
  }
  return records;
};

/** A field of a protobuf message: a number (varint), or its bytes. */
type Field = number | Uint8Array;

/** The fields of a protobuf message by number, each as often as it stands there. */
export const readMessage = (bytes: Uint8Array): ReadonlyMap<number, readonly Field[]> => {
  const fields = new Map<number, Field[]>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++] ?? NaN;
      value += (byte & 127) * scale;
      if (!(byte & 128)) return value;
    }
  };
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new Error('A field is longer than its message.');
    return bytes.subarray(at, (at += length));
  };
  while (at < bytes.length) {
    const key = varint();
    const read: Record<number, () => Field> = {
      0: varint,
      1: () => take(8),
      2: () => take(varint()),
      5: () => take(4),
    };
    const field = read[key % 8]?.();
    if (field === undefined) throw new Error(`There is no wire type ${key % 8}.`);
    const number = Math.floor(key / 8);
    fields.set(number, [...(fields.get(number) ?? []), field]);
  }
  return fields;
};

const bytesOf = (field: Field | undefined): Uint8Array => (field instanceof Uint8Array ? field : new Uint8Array());
const textOf = (field: Field | undefined): string => new TextDecoder().decode(bytesOf(field));
const viewOf = (field: Field | undefined): DataView => {
  const bytes = bytesOf(field);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
};
const doubleOf = (field: Field | undefined): number => viewOf(field).getFloat64(0, true);

/** What an event says, as far as a test looks. */
export interface ReadEvent {
  readonly wallTime: number;
  readonly step: number;
  readonly version: string | undefined;
  /** A number where it is a scalar, a text where it is one, else the bytes of the plugin's data. */
  readonly values: Readonly<Record<string, number | string | Uint8Array>>;
}

const readValue = (bytes: Uint8Array): readonly [tag: string, value: number | string | Uint8Array] => {
  const value = readMessage(bytes);
  const tag = textOf(value.get(1)?.[0]);
  const scalar = value.get(2)?.[0];
  if (scalar !== undefined) return [tag, viewOf(scalar).getFloat32(0, true)];
  const plugin = readMessage(bytesOf(readMessage(bytesOf(value.get(9)?.[0])).get(1)?.[0]));
  if (textOf(plugin.get(1)?.[0]) === 'text') return [tag, textOf(readMessage(bytesOf(value.get(8)?.[0])).get(8)?.[0])];
  return [tag, bytesOf(plugin.get(2)?.[0])];
};

/** An event, by its bytes. */
export const readEvent = (bytes: Uint8Array): ReadEvent => {
  const event = readMessage(bytes);
  const step = event.get(2)?.[0] ?? 0;
  const version = event.get(3)?.[0];
  const values = (readMessage(bytesOf(event.get(5)?.[0])).get(1) ?? []).map((value) => readValue(bytesOf(value)));
  return {
    wallTime: doubleOf(event.get(1)?.[0]),
    step: typeof step === 'number' ? step : NaN,
    version: version === undefined ? undefined : textOf(version),
    values: Object.fromEntries(values),
  };
};

/** The points of a curve. */
export const curve = (
  events: readonly ReadEvent[],
  tag: string,
): readonly (readonly [step: number, value: unknown])[] =>
  events.flatMap(({ step, values }) => (values[tag] === undefined ? [] : [[step, values[tag]] as const]));
