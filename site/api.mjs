// The reference of the package's entries, made of its types and of what stands above them: every exported name with its
// signature, its description, its parameters, what it throws, and its examples.
import ts from "typescript";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

export function reference() {
  const { exports } = JSON.parse(readFileSync(`${root}pkg/package.json`, "utf8"));
  const entries = Object.entries(exports).flatMap(([name, given]) => {
    const types = given.types ?? given.default?.types;
    return types
      ? [{ name: name.replace(/^\./, "fieldpost"), file: `${root}pkg/${types.slice(2)}` }]
      : [];
  });
  const program = ts.createProgram(
    entries.map(({ file }) => file),
    {
      target: ts.ScriptTarget.ESNext,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      lib: ["lib.esnext.d.ts", "lib.dom.d.ts"],
      types: [],
    },
  );
  const checker = program.getTypeChecker();
  /** What a type is described as once is not described again by each entry that gives it. */
  const seen = new Map();
  const parts = entries.map(({ name, file }) => {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    const names = module ? checker.getExportsOfModule(module) : [];
    const told = names
      .map((symbol) => described(checker, symbol, name, seen))
      .filter(Boolean)
      .join("\n\n");
    return told && `## ${name}\n\n${told}`;
  });
  return `# API\n\nEvery exported name, made of the package's types. [The interface](interface.md) says which of them are fixed.\n\n${parts.filter(Boolean).join("\n\n")}\n`;
}

/**
 * @param {ts.TypeChecker} checker
 * @param {ts.Symbol} symbol
 * @param {string} entry
 * @param {Map<ts.Symbol, string>} seen
 */
function described(checker, symbol, entry, seen) {
  const own = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const declarations = (own.declarations ?? []).filter(
    (one) => !one.getSourceFile().fileName.includes("node_modules/typescript/"),
  );
  if (declarations.length === 0) return undefined;
  const first = seen.get(own);
  if (first) return `**${symbol.name}**: see \`${first}\`.`;
  seen.set(own, entry);
  const text = ts.displayPartsToString(own.getDocumentationComment(checker));
  const tags = own.getJsDocTags(checker).map(({ name, text: parts }) => {
    const said = ts.displayPartsToString(parts);
    if (name === "example") return /```/.test(said) ? said : `\`\`\`ts\n${said}\n\`\`\``;
    if (name === "param") {
      const [, param, rest] = /^(\S+)\s*(?:-\s*)?([\s\S]*)$/.exec(said) ?? [];
      return `- \`${param}\`: ${rest}`;
    }
    if (name === "returns" || name === "throws") return `- ${name} ${said}`;
    return undefined;
  });
  const signature = declarations.map(declared).join("\n");
  return [
    `### ${symbol.name}`,
    plain(text),
    tags
      .filter((tag) => tag?.startsWith("- "))
      .map(plain)
      .join("\n"),
    `\`\`\`ts\n${signature}\n\`\`\``,
    ...tags.filter((tag) => tag && !tag.startsWith("- ")),
  ]
    .filter(Boolean)
    .join("\n\n");
}

/** The declaration as it stands, without the words for whoever reads the file. */
function declared(declaration) {
  const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  const text = node
    .getText()
    .replace(/^export (declare )?/, "")
    .replace(/^declare /, "");
  return text.length > 4_000 ? `${text.slice(0, 4_000)}\n…` : text;
}

/** Words that Markdown or Vue would read as markup. */
const plain = (text) =>
  text
    .replace(/\{@link (\S+?)\}/g, "`$1`")
    .split(/(`[^`]*`)/)
    .map((part, at) => (at % 2 ? part : part.replace(/</g, "&lt;").replace(/\{\{/g, "{ {")))
    .join("");
