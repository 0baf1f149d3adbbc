import { Command, CommanderError, Option } from "commander";
import { EXIT, Ended, type Exit } from "./exit.js";
import { terminal } from "./terminal.js";
import { version } from "./version.js";
import { dev } from "./dev/dev.js";
import { init } from "./init/init.js";
import { SYSTEMS } from "./init/systems.js";
import { check } from "./check/check.js";
import { deploy } from "./deploy/deploy.js";
import { erase } from "./operator/erase.js";
import { exportLeads, FORMATS } from "./operator/export.js";
import { replay } from "./operator/replay.js";
import { sandbox } from "./sandbox.js";

/**
 * Runs one command of the command line and sets the process's exit code.
 *
 * @param words the arguments, without the program and the script: `["dev", "--json"]`
 * @example
 * await run(["init", "leads", "--system", "marketo", "--yes"]);
 */
export async function run(words: readonly string[]): Promise<void> {
  const program = commands();
  try {
    await program.parseAsync([...words], { from: "user" });
  } catch (error) {
    process.exitCode = tell(error, words.includes("--json"));
  }
}

/** To a program. */
const say = (code: string, message: string): void =>
  void process.stdout.write(`${JSON.stringify({ code, message })}\n`);

/** Says why it ended, to people or to a program. */
function tell(error: unknown, json: boolean): Exit {
  // The parser has said it to people already; help and version are no mistake.
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.done;
    if (json) say("usage", error.message.replace(/^error: /, ""));
    return EXIT.usage;
  }
  const ended =
    error instanceof Ended
      ? error
      : new Ended(EXIT.failed, "failed", error instanceof Error ? error.message : String(error));
  if (json) say(ended.code, ended.message);
  process.stderr.write(`fieldpost: ${ended.message}\n`);
  return ended.exit;
}

function commands(): Command {
  const program = new Command("fieldpost")
    .description("Makes, runs, checks and deploys a lead form with its relay.")
    .version(version)
    .exitOverride()
    .showHelpAfterError("(see fieldpost --help)")
    .configureHelp({ showGlobalOptions: true });
  const command = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .option("--json", "one JSON object on standard output instead of text");

  command("init [folder]", "makes a page and a relay that fit together")
    .addOption(new Option("--system <name>", "where the leads go").choices(Object.keys(SYSTEMS)))
    .option("--origin <url>", "where the page will live: https://www.example.com")
    .option("--fields <names>", "the form's fields, separated by commas")
    .option("--form-id <number>", "Marketo: the id of the form that the leads are activities of")
    .option("--name <name>", "the name of the Worker and the package; else the folder's")
    .option("--force", "writes over files that are there")
    .option("--install", "runs npm install when the files are written")
    .option("-y, --yes", "asks nothing and takes the defaults")
    .action((folder: string | undefined, options) =>
      init(folder, options, terminal(!!options.json)),
    );

  command("dev", "runs page, relay and sandbox, and reloads what changes")
    .option("--page-port <port>", "else PAGE_PORT, else 8788")
    .option("--relay-port <port>", "else RELAY_PORT, else 8789")
    .option("--sandbox-port <port>", "else SANDBOX_PORT, else 8790")
    .action((options) => dev(options, terminal(!!options.json)));

  program
    .command("sandbox")
    .description("starts the stand-in for the CRMs alone")
    .option("--port <port>", "else SANDBOX_PORT, else 8790; 0 takes a free one")
    .option("--data <file>", "keeps what it is told in this SQLite file")
    .action(sandbox);

  command("check", "says what to mend: settings, secrets, sign-in, mapping, origin, Turnstile")
    .option("--real", "what only matters for the real relay, too")
    .action((options) => check(options, terminal(!!options.json)));

  command("deploy", "checks, deploys with wrangler, and sets the secrets that the relay lacks")
    .option("--dry-run", "checks and bundles, and deploys nothing")
    .action((options) => deploy(options, terminal(!!options.json)));

  const RELAY = ["--relay <url>", "else FIELDPOST_RELAY, else the project's"] as const;
  command("erase", "takes a person out of a relay")
    .option(...RELAY)
    .option("--email <address>", "theirs; asked for where neither is said")
    .option("--phone <number>", "theirs")
    .action((options) => erase(options, terminal(!!options.json)));

  command("export", "the values of all leads that a relay keeps")
    .option(...RELAY)
    .addOption(new Option("--format <name>", "how it is written").choices(FORMATS).default("json"))
    .option("--output <file>", "else standard output")
    .action((options) => exportLeads(options, terminal(!!options.json)));

  command("replay [ids...]", "sends on what waits for a person")
    .option(...RELAY)
    .option("--code <code>", "all with this code")
    .addOption(new Option("--phase <name>", "all in this state").choices(["dead", "review"]))
    .option("--anyway", "those too that do not pass the form's check, with what passes")
    .action((ids: string[], options) => replay(ids, options, terminal(!!options.json)));

  return program;
}
