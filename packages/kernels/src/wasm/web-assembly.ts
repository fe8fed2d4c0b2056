/** As much of WebAssembly as is used here: it is the same in browsers and in Node, and belongs to the types of neither. */
export interface WebAssemblyApi {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

export const webAssembly = (globalThis as { WebAssembly?: WebAssemblyApi }).WebAssembly;
