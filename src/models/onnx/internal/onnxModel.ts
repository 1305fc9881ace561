import { PbfWriter } from 'pbf';

/** The tensor types used here, with their numbers in `TensorProto.DataType`. */
export const ONNX_TYPE = { float: 1, int8: 3, int32: 6, int64: 7 } as const;

/** A tensor that is stored in the file. */
export interface OnnxTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major; a list of whole numbers becomes int64. */
  readonly data: Float32Array | Int8Array | Int32Array | readonly number[];
}

/** One operation of a graph. */
export interface OnnxNode {
  readonly op: string;
  /** Names of values; an empty name means an optional input that is not given. */
  readonly inputs: readonly string[];
  /** Names of values; an empty name means an output that is not used. */
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, number | string | readonly number[]>> | undefined;
}

/** An input or an output of the graph. */
export interface OnnxValue {
  readonly name: string;
  readonly type: (typeof ONNX_TYPE)[keyof typeof ONNX_TYPE];
  /** Sizes; a text names a size that is known only when the graph runs. */
  readonly shape: readonly (number | string)[];
}

/** A graph of operations, and its description. */
export interface OnnxModel {
  readonly name: string;
  readonly description: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly tensors: readonly OnnxTensor[];
  /** In an order in which each operation comes after those whose outputs it reads. */
  readonly nodes: readonly OnnxNode[];
  /** Texts by name, which are stored as the metadata of the file. */
  readonly metadata: Readonly<Record<string, string>>;
}

// The version of the file format for version 17 of the operators. onnxruntime 1.12 and later read both.
const IR_VERSION = 8;
const OPSET_VERSION = 17;

// The field numbers below are those of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).

const ATTRIBUTE_TYPE = { int: 2, string: 3, ints: 7 };

const typeOf = (data: OnnxTensor['data']): number => {
  if (data instanceof Float32Array) return ONNX_TYPE.float;
  if (data instanceof Int8Array) return ONNX_TYPE.int8;
  return data instanceof Int32Array ? ONNX_TYPE.int32 : ONNX_TYPE.int64;
};

/** Values in the byte order of the file: little-endian on every machine. */
const rawBytes = (data: OnnxTensor['data']): Uint8Array => {
  if (data instanceof Int8Array) return new Uint8Array(data.buffer, data.byteOffset, data.length);
  const [float, int32] = [data instanceof Float32Array, data instanceof Int32Array];
  const bytes = new Uint8Array(data.length * (float || int32 ? 4 : 8));
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < data.length; i++) {
    if (float) view.setFloat32(i * 4, data[i]!, true);
    else if (int32) view.setInt32(i * 4, data[i]!, true);
    else view.setBigInt64(i * 8, BigInt(data[i]!), true);
  }
  return bytes;
};

/** `TensorProto`. */
const writeTensor = ({ name, shape, data }: OnnxTensor, pbf: PbfWriter): void => {
  for (const size of shape) pbf.writeVarintField(1, size);
  pbf.writeVarintField(2, typeOf(data));
  pbf.writeStringField(8, name);
  pbf.writeBytesField(9, rawBytes(data));
};

/** `AttributeProto`. */
const writeAttribute = (
  [name, value]: readonly [string, number | string | readonly number[]],
  pbf: PbfWriter,
): void => {
  pbf.writeStringField(1, name);
  if (typeof value === 'number') {
    pbf.writeVarintField(3, value);
    pbf.writeVarintField(20, ATTRIBUTE_TYPE.int);
  } else if (typeof value === 'string') {
    pbf.writeStringField(4, value);
    pbf.writeVarintField(20, ATTRIBUTE_TYPE.string);
  } else {
    for (const one of value) pbf.writeVarintField(8, one);
    pbf.writeVarintField(20, ATTRIBUTE_TYPE.ints);
  }
};

/** `NodeProto`. */
const writeNode = ({ op, inputs, outputs, attributes = {} }: OnnxNode, pbf: PbfWriter): void => {
  for (const name of inputs) pbf.writeStringField(1, name);
  for (const name of outputs) pbf.writeStringField(2, name);
  pbf.writeStringField(3, `${op}:${outputs.find((name) => name !== '') ?? ''}`);
  pbf.writeStringField(4, op);
  for (const attribute of Object.entries(attributes)) pbf.writeMessage(5, writeAttribute, attribute);
};

/** `TensorShapeProto.Dimension`. */
const writeDimension = (size: number | string, pbf: PbfWriter): void => {
  if (typeof size === 'number') pbf.writeVarintField(1, size);
  else pbf.writeStringField(2, size);
};

/** `TensorShapeProto`. */
const writeShape = (shape: OnnxValue['shape'], pbf: PbfWriter): void => {
  for (const size of shape) pbf.writeMessage(1, writeDimension, size);
};

/** `TypeProto.Tensor`. */
const writeTensorType = ({ type, shape }: OnnxValue, pbf: PbfWriter): void => {
  pbf.writeVarintField(1, type);
  pbf.writeMessage(2, writeShape, shape);
};

/** `TypeProto`. */
const writeType = (value: OnnxValue, pbf: PbfWriter): void => {
  pbf.writeMessage(1, writeTensorType, value);
};

/** `ValueInfoProto`. */
const writeValue = (value: OnnxValue, pbf: PbfWriter): void => {
  pbf.writeStringField(1, value.name);
  pbf.writeMessage(2, writeType, value);
};

/** `GraphProto`. */
const writeGraph = ({ name, description, nodes, tensors, inputs, outputs }: OnnxModel, pbf: PbfWriter): void => {
  for (const node of nodes) pbf.writeMessage(1, writeNode, node);
  pbf.writeStringField(2, name);
  for (const tensor of tensors) pbf.writeMessage(5, writeTensor, tensor);
  pbf.writeStringField(10, description);
  for (const input of inputs) pbf.writeMessage(11, writeValue, input);
  for (const output of outputs) pbf.writeMessage(12, writeValue, output);
};

/** `OperatorSetIdProto`: the standard operators, whose domain has no name. */
const writeOperators = (version: number, pbf: PbfWriter): void => {
  pbf.writeStringField(1, '');
  pbf.writeVarintField(2, version);
};

/** `StringStringEntryProto`. */
const writeEntry = ([key, value]: readonly [string, string], pbf: PbfWriter): void => {
  pbf.writeStringField(1, key);
  pbf.writeStringField(2, value);
};

/** A graph as the bytes of a protobuf `ModelProto`: an ONNX file. Equal graphs give equal bytes. */
export const writeOnnxModel = (model: OnnxModel): Uint8Array => {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, IR_VERSION);
  pbf.writeStringField(2, 'headwater');
  pbf.writeMessage(7, writeGraph, model);
  pbf.writeMessage(8, writeOperators, OPSET_VERSION);
  for (const entry of Object.entries(model.metadata)) pbf.writeMessage(14, writeEntry, entry);
  return pbf.finish();
};
