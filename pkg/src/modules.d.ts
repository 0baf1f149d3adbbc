declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
declare module "*/wasm-lean.js" {
  const text: string;
  export default text;
}
declare module "*/operations-lean.js" {
  const rows: import("./types.js").OperationInfo[];
  export default rows;
}
