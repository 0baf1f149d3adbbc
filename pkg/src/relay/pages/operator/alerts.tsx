import { useState } from "preact/hooks";
import { type Alerts, sentence, tell } from "./interface.js";
import { Said } from "./ui.js";
import { age, when } from "./words.js";

type Channel = Alerts["channels"][number];

/** Who is told when something is wrong, whether it arrives, and a way to try it. */
export function AlertChannels({ alerts, canTest }: { alerts: Alerts; canTest: boolean }) {
  const [said, setSaid] = useState<Record<string, string>>({});
  const test = (name: string): void => {
    const say = (text: string): void => setSaid((before) => ({ ...before, [name]: text }));
    say("Sending…");
    tell<{ sent: boolean; code: string | null; message?: string }>("alert", { channel: name }).then(
      ({ sent, code, message }) =>
        say(sent ? "The test has arrived there." : `It did not arrive: ${message ?? code}`),
      (error: unknown) => say(sentence(error)),
    );
  };
  return (
    <section aria-labelledby="alerts">
      <h2 id="alerts">Alerts</h2>
      <ul class="cards">
        {alerts.channels.map((channel) => (
          <li key={channel.name} class={channel.failing ? "attention" : ""}>
            <h3>
              {channel.name} <span class="small">{channel.kind}</span>
            </h3>
            <p>{stateOf(channel)}</p>
            {said[channel.name] && <Said>{said[channel.name]}</Said>}
            {canTest && (
              <button
                type="button"
                aria-label={`Send a test alert to ${channel.name}`}
                onClick={() => test(channel.name)}
              >
                Send a test alert
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

const stateOf = ({ failing, last, code }: Channel): string =>
  failing
    ? `Nothing has arrived there for ${age(failing)} (${code}). It is tried again by itself.`
    : last
      ? `The last alert arrived ${when(last)}.`
      : "There was nothing to tell yet.";

/** A channel that hears nothing, said where somebody looks every day. Nothing where all is well. */
export function Unheard({ alerts }: { alerts: Alerts }) {
  const failing = alerts.channels.filter((channel) => channel.failing);
  if (failing.length === 0) return null;
  return (
    <Said bad>
      Alerts do not arrive at {failing.map(({ name }) => name).join(", ")}. See{" "}
      <a href="#/setup">Set-up</a>.
    </Said>
  );
}
