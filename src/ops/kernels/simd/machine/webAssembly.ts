/** A memory that threads share. */
export interface WasmMemory {
  /** Another object after each growth; views of the old one go on to work. */
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}

/** A compiled module: opaque, and it can be sent to workers. */
export type WasmModule = object;

interface WebAssemblyApi {
  readonly Memory: new (descriptor: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared: true;
  }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (
    module: WasmModule,
    imports: { readonly env: { readonly memory: WasmMemory } },
  ) => { readonly exports: object };
  validate(bytes: Uint8Array): boolean;
}

// Where the DOM's types are known it has a type of its own, which has no shared memory.
const found: unknown = Reflect.get(globalThis, 'WebAssembly');

/**
 * What this library uses of WebAssembly; TypeScript declares it for browsers alone. Undefined where an engine has none.
 */
export const webAssembly = found as WebAssemblyApi | undefined;
