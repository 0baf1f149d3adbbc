// What Workers and Node get, in a page: the package has no entry for that, because a page has no use for it but this one.
import * as glue from "../../../pkg/wasm/edge/fieldpost.js";
import url from "../../../pkg/wasm/edge/fieldpost_bg.wasm?url";
import { operations, payload, read, startEdge } from "../../../pkg/dist/core/edge.js";

export async function edge() {
  startEdge(glue, await WebAssembly.compile(await (await fetch(url)).arrayBuffer()));
  return { operations, payload, read };
}
