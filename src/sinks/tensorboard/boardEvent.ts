import { PbfWriter } from 'pbf';

/** The settings of a training run, by name. */
export type Hyperparameters = Readonly<Record<string, string | number | boolean>>;

/** A value that TensorBoard shows under a tag. */
export type BoardValue =
  | { readonly type: 'scalar'; readonly tag: string; readonly value: number }
  /** Markdown, with tables. */
  | { readonly type: 'text'; readonly tag: string; readonly markdown: string }
  /** For TensorBoard's table of hyperparameters. */
  | { readonly type: 'session-start'; readonly hyperparameters: Hyperparameters }
  | { readonly type: 'session-end'; readonly succeeded: boolean };

/** When a value was measured. */
export interface BoardTime {
  /** Seconds since 1970. */
  readonly wallTime: number;
  /** The position on the x-axis of the curves: a step or an epoch. */
  readonly step: number;
}

/** The version that the first event of a file must contain. */
const FILE_VERSION = 'brain.Event:2';

// The numbers below are field numbers of TensorFlow's event.proto, summary.proto and tensor.proto, and of TensorBoard's
// hparams/plugin_data.proto.

const DT_STRING = 7;
const DATA_CLASS_TENSOR = 2;
const STATUS = { succeeded: 1, failed: 2 };

/** `SummaryMetadata`: the plugin of TensorBoard that shows a value. */
const writeMetadata = (
  { plugin, content }: { readonly plugin: string; readonly content: Uint8Array },
  pbf: PbfWriter,
): void => {
  pbf.writeMessage(
    1,
    (_: unknown, data: PbfWriter) => {
      data.writeStringField(1, plugin);
      data.writeBytesField(2, content);
    },
    undefined,
  );
  pbf.writeVarintField(4, DATA_CLASS_TENSOR);
};

/** `TensorProto`: a text as a scalar tensor. */
const writeText = (text: string, pbf: PbfWriter): void => {
  pbf.writeVarintField(1, DT_STRING);
  pbf.writeBytesField(2, new Uint8Array());
  pbf.writeStringField(8, text);
};

/** An entry of the hyperparameter map: a name and a `google.protobuf.Value`. */
const writeHyperparameter = ([name, value]: readonly [string, string | number | boolean], pbf: PbfWriter): void => {
  pbf.writeStringField(1, name);
  pbf.writeMessage(
    2,
    (_: unknown, entry: PbfWriter) => {
      if (typeof value === 'number') entry.writeDoubleField(2, value);
      else if (typeof value === 'string') entry.writeStringField(3, value);
      else entry.writeBooleanField(4, value);
    },
    undefined,
  );
};

/** The `HParamsPluginData` of a session start. */
const sessionStart = (hyperparameters: Hyperparameters, seconds: number): Uint8Array => {
  const pbf = new PbfWriter();
  pbf.writeMessage(
    3,
    (_: unknown, session: PbfWriter) => {
      for (const entry of Object.entries(hyperparameters)) session.writeMessage(1, writeHyperparameter, entry);
      session.writeDoubleField(5, seconds);
    },
    undefined,
  );
  return pbf.finish();
};

/** The `HParamsPluginData` of a session end. */
const sessionEnd = (succeeded: boolean, seconds: number): Uint8Array => {
  const pbf = new PbfWriter();
  pbf.writeMessage(
    4,
    (_: unknown, session: PbfWriter) => {
      session.writeVarintField(1, succeeded ? STATUS.succeeded : STATUS.failed);
      session.writeDoubleField(2, seconds);
    },
    undefined,
  );
  return pbf.finish();
};

/** `Summary.Value`. */
const writeValue = (
  { value, wallTime }: { readonly value: BoardValue; readonly wallTime: number },
  pbf: PbfWriter,
): void => {
  switch (value.type) {
    case 'scalar':
      pbf.writeStringField(1, value.tag);
      pbf.writeFloatField(2, value.value);
      break;
    case 'text':
      pbf.writeStringField(1, value.tag);
      pbf.writeMessage(8, writeText, value.markdown);
      pbf.writeMessage(9, writeMetadata, { plugin: 'text', content: new Uint8Array() });
      break;
    case 'session-start':
      pbf.writeStringField(1, '_hparams_/session_start_info');
      pbf.writeMessage(9, writeMetadata, { plugin: 'hparams', content: sessionStart(value.hyperparameters, wallTime) });
      break;
    case 'session-end':
      pbf.writeStringField(1, '_hparams_/session_end_info');
      pbf.writeMessage(9, writeMetadata, { plugin: 'hparams', content: sessionEnd(value.succeeded, wallTime) });
      break;
  }
};

/** The first event of a file, as the bytes of a protobuf `Event`. */
export const versionEvent = (wallTime: number): Uint8Array => {
  const pbf = new PbfWriter();
  pbf.writeDoubleField(1, wallTime);
  pbf.writeStringField(3, FILE_VERSION);
  return pbf.finish();
};

/** Values measured at one time, as the bytes of a protobuf `Event`. Scalars are stored as float32. */
export const summaryEvent = ({ wallTime, step }: BoardTime, values: readonly BoardValue[]): Uint8Array => {
  const pbf = new PbfWriter();
  pbf.writeDoubleField(1, wallTime);
  pbf.writeVarintField(2, step);
  pbf.writeMessage(
    5,
    (_: unknown, summary: PbfWriter) => {
      for (const value of values) summary.writeMessage(1, writeValue, { value, wallTime });
    },
    undefined,
  );
  return pbf.finish();
};
