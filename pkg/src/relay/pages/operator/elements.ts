/** The page's own element of this id. */
export const at = <T extends HTMLElement = HTMLElement>(id: string): T =>
  document.getElementById(id) as T;

type Inside = Node | string | null | undefined;

/** An element with what is in it. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  given: Partial<HTMLElementTagNameMap[K]>,
  ...inside: Inside[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(tag), given);
  made.append(...inside.filter((one): one is Node | string => one != null && one !== ""));
  return made;
}

export function act(text: string, go: () => unknown): HTMLButtonElement {
  const made = make("button", { type: "button", textContent: text });
  made.addEventListener("click", () => void go());
  return made;
}

type Cell = Node | string | number;

/** Fills a table; each cell says its column, where columns do not fit beside each other. */
export function fill(id: string, rows: readonly (Cell | Cell[])[][], none: string): void {
  const table = at<HTMLTableElement>(id);
  const columns = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent ?? "");
  const cells = (row: readonly (Cell | Cell[])[]): HTMLElement[] =>
    row.map((one, n) => {
      const parts = [one].flat().map((part) => (part instanceof Node ? part : String(part)));
      const td = make("td", {}, make("div", {}, ...parts));
      td.dataset["of"] = columns[n] ?? "";
      return td;
    });
  const empty = (): HTMLElement =>
    make("td", { className: "none", colSpan: columns.length, textContent: none });
  table.tBodies[0]?.replaceChildren(
    ...(rows.length > 0
      ? rows.map((row) => make("tr", {}, ...cells(row)))
      : [make("tr", {}, empty())]),
  );
}
