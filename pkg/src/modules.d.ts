declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
declare module "*/wasm-lean.js" {
  const text: string;
  export default text;
}
