declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
declare module "*/wasm-lean.js" {
  /** Gives the text to who reads it, as a template's first part. */
  const module: <T>(read: (parts: readonly [string]) => T) => T;
  export default module;
}
declare module "*/edge-wasm.js" {
  /** The module of the edge build: brotli, in base64. */
  const text: string;
  export default text;
}
/** The pages' HTML, CSS and scripts: the build makes texts of them. */
declare module "*.html.js" {
  const text: string;
  export default text;
}
declare module "*.css.js" {
  const text: string;
  export default text;
}
declare module "*.script.js" {
  const text: string;
  export default text;
}
declare module "*/wasm-reader.js" {
  const module: <T>(read: (parts: readonly [string]) => T) => T;
  export default module;
}
declare module "*/wasm-late.js" {
  const module: <T>(read: (parts: readonly [string]) => T) => T;
  export default module;
}
declare module "*/wasm-build.js" {
  const module: <T>(read: (parts: readonly [string]) => T) => T;
  export default module;
}
/** The part of React that `fieldpost/react` uses; whoever imports it has React and its types. */
declare module "react" {
  export function useState<T>(initial: T): [T, (next: T) => void];
  export function useEffect(effect: () => (() => void) | undefined, deps: readonly unknown[]): void;
  export function useCallback<T>(callback: T, deps: readonly unknown[]): T;
  export function useRef<T>(initial: T): { current: T };
}
