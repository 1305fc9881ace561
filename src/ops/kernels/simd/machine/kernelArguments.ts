/** The arguments of both kernels of attention. */
const ATTENTION = [
  'x',
  'query',
  'lengths',
  'batch',
  'time',
  'width',
  'weights',
  'pooled',
  'part',
  'dWeights',
  'dx',
  'dScores',
  'dQuery',
] as const;

/**
 * The kernels of assembly/ that consist of tasks, in the order of `Kernel` in assembly/tasks.ts, and the fields of
 * their arguments, in the order of the classes there, which document them. Every field is one 32-bit word. Addresses
 * are in bytes, steps in values.
 */
const FIELDS = {
  packPanels: ['from', 'rowStep', 'columnStep', 'rows', 'columns', 'to', 'panels'],
  product: ['a', 'aStep', 'panels', 'c', 'cStep', 'm', 'n', 'k', 'bias', 'rows'],
  transposedProduct: ['a', 'aStep', 'b', 'bStep', 'bPanel', 'c', 'cStep', 'm', 'n', 'k', 'rows', 'scratch'],
  gatherRows: ['from', 'index', 'count', 'width', 'to', 'rows'],
  scatterRows: ['from', 'index', 'count', 'width', 'to', 'rows'],
  sumGroups: ['from', 'members', 'starts', 'groups', 'width', 'to', 'rows'],
  sumRows: ['from', 'count', 'width', 'to', 'columns'],
  fill: ['to', 'bytes', 'part'],
  forward: [
    'cell',
    'units',
    'gates',
    'keeps',
    'steps',
    'batch',
    'group',
    'fromState',
    'active',
    'offsets',
    'order',
    'place',
    'index',
    'projection',
    'panels',
    'bias',
    'scratch',
    'before',
    'kept',
    'final',
    'finalCell',
    'finalStep',
    'output',
    'outputStep',
    'states',
    'firstStates',
    'dStates',
    'da',
    'du',
  ],
  backward: [
    'cell',
    'units',
    'gates',
    'keeps',
    'steps',
    'batch',
    'group',
    'fromState',
    'active',
    'offsets',
    'order',
    'place',
    'index',
    'projection',
    'panels',
    'bias',
    'scratch',
    'before',
    'kept',
    'final',
    'finalCell',
    'finalStep',
    'output',
    'outputStep',
    'states',
    'firstStates',
    'dStates',
    'da',
    'du',
  ],
  adam: ['weights', 'length', 'part', 'beta1', 'beta2', 'rest1', 'rest2', 'stepSize', 'rootScale', 'epsilon', 'keep'],
  dropout: [
    'x',
    'y',
    'count',
    'part',
    'thresholdLow',
    'thresholdHigh',
    'scale',
    'epoch',
    'step',
    'site',
    'key0',
    'key1',
  ],
  softmax: ['logits', 'to', 'rows', 'classes', 'part', 'labels', 'shares', 'loss'],
  crossEntropy: ['logits', 'to', 'rows', 'classes', 'part', 'labels', 'shares', 'loss'],
  pool: ['x', 'lengths', 'batch', 'time', 'width', 'largest', 'mean', 'step', 'places', 'part'],
  poolBackward: ['x', 'lengths', 'batch', 'time', 'width', 'largest', 'mean', 'step', 'places', 'part'],
  attend: ATTENTION,
  attendBackward: ATTENTION,
  sparseProduct: ['starts', 'index', 'values', 'b', 'base', 'c', 'm', 'n', 'rows'],
  transposeRows: ['starts', 'index', 'values', 'm', 'columns', 'columnStarts', 'rows', 'moved'],
  vectorRows: ['rows', 'scales', 'delta', 'places', 'count', 'width', 'to', 'part'],
  sumSquares: ['from', 'count', 'part', 'to'],
  scale: ['from', 'to', 'count', 'part', 'scale'],
} as const;

/** The fields that are float32; all others are int32. */
const FLOATS: ReadonlySet<string> = new Set([
  'beta1',
  'beta2',
  'rest1',
  'rest2',
  'stepSize',
  'rootScale',
  'epsilon',
  'keep',
  'scale',
]);

/** The name of a kernel that consists of tasks. */
export type KernelName = keyof typeof FIELDS;

/** The arguments of a kernel. */
export type KernelArguments<Name extends KernelName> = Readonly<Record<(typeof FIELDS)[Name][number], number>>;

interface KernelLayout {
  readonly code: number;
  readonly fields: readonly { readonly name: string; readonly float: boolean }[];
}

/** The number of each kernel and the layout of its arguments. */
export const KERNEL_LAYOUTS = Object.fromEntries(
  Object.entries(FIELDS).map(([kernel, fields], code): [string, KernelLayout] => [
    kernel,
    { code, fields: fields.map((name) => ({ name, float: FLOATS.has(name) })) },
  ]),
) as Readonly<Record<KernelName, KernelLayout>>;
