/** A shared WebAssembly memory. */
export interface WasmMemory {
  /** A new object after each growth. Views of the old one still work. */
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}

/** A compiled module. It is opaque, and can be sent to workers. */
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
    imports: { readonly env?: { readonly memory: WasmMemory } },
  ) => { readonly exports: object };
  validate(bytes: Uint8Array): boolean;
}

// With the types of the DOM, it would have a type without shared memory.
const found: unknown = Reflect.get(globalThis, 'WebAssembly');

/** The used part of WebAssembly, which TypeScript declares only for browsers. Undefined in an engine without it. */
export const webAssembly = found as WebAssemblyApi | undefined;
