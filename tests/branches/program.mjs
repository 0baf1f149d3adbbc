// A program over the package's sources.
import { fileURLToPath } from "node:url";
import ts from "typescript";

export const root = fileURLToPath(new URL("../../pkg/", import.meta.url));

export const config = ts.parseJsonConfigFileContent(
  ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile).config,
  ts.sys,
  root,
);

/** A program over the package's sources, with some files in the place of those on disk. */
export function programOf(planted = {}) {
  const host = ts.createCompilerHost(config.options);
  const read = host.readFile.bind(host);
  host.readFile = (name) => planted[name] ?? read(name);
  const has = host.fileExists.bind(host);
  host.fileExists = (name) => name in planted || has(name);
  const { getSourceFile } = host;
  host.getSourceFile = (name, ...rest) =>
    name in planted
      ? ts.createSourceFile(name, planted[name], ...rest)
      : getSourceFile.call(host, name, ...rest);
  return ts.createProgram([...config.fileNames, ...Object.keys(planted)], config.options, host);
}

export const named = (file) => file.slice(`${root}src/`.length);
