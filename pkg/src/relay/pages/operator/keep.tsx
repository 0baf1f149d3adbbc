import { useState } from "preact/hooks";
import { file, type Me, sentence } from "./interface.js";
import type { Exported } from "./sheet.js";
import { Said, Select } from "./ui.js";

/** Beside this script; a path that no bundler follows. */
const SHEET: string = "/operator/sheet.js";

const FORMATS = [
  [
    "xlsx",
    "leads.xlsx",
    "A spreadsheet: every cell is text, phones too, times in ISO, UTM in columns of their own. It is made in this browser.",
  ],
  [
    "import",
    "import.csv",
    "Values as they are, for a CRM's import. Free text that would begin a formula stays disarmed.",
  ],
  ["csv", "leads.csv", "For a spreadsheet. Whatever would be a formula is disarmed."],
  ["json", "leads.json", "Everything, lossless."],
] as const;

async function made(json: Blob): Promise<Blob> {
  const { sheet } = (await import(SHEET)) as typeof import("./sheet.js");
  return sheet(JSON.parse(await json.text()) as Exported[]);
}

/** Takes what is not finished out of the relay, with its values. */
export function Export({ me }: { me: Me }) {
  const [phase, setPhase] = useState("");
  const [busy, setBusy] = useState("");
  const [failed, setFailed] = useState("");
  if (!me.rights.includes("values"))
    return (
      <p>
        An export has what visitors typed. Press “Show values” and give the key for values first.
      </p>
    );
  const take = async (format: string, name: string): Promise<void> => {
    setBusy(format);
    setFailed("");
    try {
      const asked = `export?format=${format === "xlsx" ? "json" : format}${phase ? `&phase=${phase}` : ""}`;
      const given = await file(asked);
      const blob = format === "xlsx" ? await made(given) : given;
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    } catch (error) {
      setFailed(sentence(error));
    }
    setBusy("");
  };
  return (
    <>
      <p>
        Leads that are not finished, a row for each. What is delivered has no values any more,
        unless the options keep them: the systems have them. Each export is written into the audit
        log.
      </p>
      <Select
        label="Which"
        value={phase}
        options={[
          ["", "All that are not finished"],
          ["review", "Held for review"],
          ["dead", "Refused by a system"],
          ["done", "Delivered, where values are kept"],
        ]}
        change={setPhase}
      />
      <ul class="cards">
        {FORMATS.map(([format, name, about]) => (
          <li key={format}>
            <p>{about}</p>
            <button type="button" disabled={busy !== ""} onClick={() => void take(format, name)}>
              {busy === format ? "Reading…" : `Save ${name}`}
            </button>
          </li>
        ))}
      </ul>
      {failed && <Said bad>{failed}</Said>}
    </>
  );
}
