/** The operator's page: a static file that asks for the key, keeps it in memory and shows what the interface answers. */
export const pageHtml = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Relay</title>
<link rel="stylesheet" href="/operator/page.css">
<main>
  <header><h1>Relay</h1><button id="again" type="button" hidden>Refresh</button></header>
  <form id="door">
    <label for="key">Operator key</label>
    <input id="key" type="password" autocomplete="off" required>
    <button>Open</button>
    <p id="wrong" role="alert"></p>
  </form>
  <div id="room" hidden>
    <p id="sum"></p>
    <div id="said" role="status" tabindex="-1"></div>
    <section aria-labelledby="failures">
      <h2 id="failures">Needs a person</h2>
      <ul id="groups"></ul>
      <ul id="leads"></ul>
      <p id="cut"></p>
      <button id="more" type="button" hidden>Show more</button>
    </section>
    <section id="sent" aria-labelledby="went" hidden>
      <h2 id="went">Sent on by a person</h2>
      <ul id="rounds"></ul>
    </section>
    <section aria-labelledby="accounts">
      <h2 id="accounts">CRM accounts</h2>
      <table id="gates"><thead><tr><th scope="col">Account<th scope="col">State<th scope="col">Sending now<th scope="col">Calls in the last 20 s</tr></thead><tbody></tbody></table>
    </section>
    <section aria-labelledby="queue">
      <h2 id="queue">Outboxes</h2>
      <table id="shards"><thead><tr><th scope="col">Outbox<th scope="col">Leads waiting for a CRM<th scope="col">Held for release<th scope="col">Refused<th scope="col">No way any more<th scope="col">Size<th scope="col">Oldest</tr></thead><tbody></tbody></table>
    </section>
  </div>
  <dialog id="ask" aria-labelledby="question">
    <form method="dialog">
      <h2 id="question"></h2>
      <p id="explained"></p>
      <div id="because"><label for="reason">Reason</label>
        <input id="reason" maxlength="200" list="reasons" autocomplete="off">
        <datalist id="reasons"><option>Robots<option>A test of ours<option>A person without interest<option>Was entered by hand</datalist>
        <p class="small">It is logged and stays when the values are gone. No names, addresses or numbers.</p></div>
      <div id="where"><label for="to">Move to</label>
        <select id="to"></select>
        <p id="unsure"><input id="sure" type="checkbox"><label for="sure">Also those that the old account may have, or of which nobody knows what system it was</label></p></div>
      <p id="refused" role="alert"></p>
      <button id="yes" value="yes" class="main"></button>
      <button id="no" value="no" formnovalidate>Cancel</button>
    </form>
  </dialog>
</main>
<script type="module" src="/operator/page.js"></script>
</html>
`;

export const pageStyle = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; --line: color-mix(in srgb, currentColor 20%, transparent); --soft: color-mix(in srgb, currentColor 5%, transparent); --bad: light-dark(#a51d1d, #ff9b94); --good: light-dark(#11632e, #7edc9b); --act: light-dark(#1a4f9c, #a9c8ff); }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; }
main { max-width: 64rem; margin: 0 auto; padding: 1.25rem 1rem 4rem; }
header { display: flex; align-items: center; justify-content: space-between; gap: 1rem; min-height: 3rem; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2.25rem 0 .5rem; }
p { margin: .25rem 0; } .small { font-size: .875rem; opacity: .8; }
code, .id { overflow-wrap: anywhere; } td { overflow-wrap: break-word; }
code { font-size: .9em; }
input, button, select { font: inherit; padding: .4rem .8rem; min-height: 2.75rem; border: 1px solid var(--line); border-radius: .375rem; color: inherit; background: transparent; }
button { cursor: pointer; background: var(--soft); white-space: nowrap; } button:hover { border-color: currentColor; } button:disabled { opacity: .5; cursor: default; }
button.main { background: var(--act); color: Canvas; border-color: var(--act); }
:focus-visible { outline: 3px solid var(--act); outline-offset: 2px; }
#sum { font-size: 1.05rem; }
#door { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; } #door input { flex: 1 1 12rem; max-width: 24rem; } #wrong { flex-basis: 100%; color: var(--bad); }
#said:not(:empty) { margin: .75rem 0; padding: .6rem .8rem; border-left: 4px solid var(--act); background: var(--soft); }
#said ul { margin: .25rem 0 0; padding-left: 1.25rem; }
#groups, #leads, #rounds, .deliveries { list-style: none; margin: 0; padding: 0; }
#groups li { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; justify-content: space-between; padding: .5rem .75rem; background: var(--soft); border-radius: .375rem; margin-bottom: .5rem; }
#groups .what { flex: 1 1 16rem; }
#rounds li { padding: .35rem 0; border-bottom: 1px solid var(--line); }
.lead { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: .25rem 1rem; padding: .85rem 0; border-bottom: 1px solid var(--line); }
.lead .id { font-size: .8125rem; opacity: .75; }
.acts { display: flex; flex-wrap: wrap; gap: .5rem; align-content: start; }
.result { grid-column: 1 / -1; margin: 0; } .result:not(:empty) { padding: .25rem 0; } .result span { display: block; }
.bad { color: var(--bad); } .good { color: var(--good); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .4rem .9rem .4rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; font-size: .875rem; } th:last-child { white-space: nowrap; }
td p { margin: 0 0 .25rem; max-width: 40rem; }
dialog { color: inherit; max-width: min(32rem, calc(100vw - 2rem)); border: 1px solid var(--line); border-radius: .5rem; padding: 1.25rem; } dialog::backdrop { background: rgb(0 0 0 / .45); }
dialog h2 { margin-top: 0; } dialog label { display: block; font-weight: 600; margin-top: .75rem; } dialog input, dialog select { width: 100%; } option { color: CanvasText; background: Canvas; } #unsure { display: flex; gap: .5rem; align-items: center; margin-top: .75rem; } #unsure input { width: 1.5rem; min-height: 1.5rem; flex: none; } #unsure label { font-weight: 400; margin: 0; } dialog button { margin: 1rem .5rem 0 0; } #refused { color: var(--bad); }
@media (max-width: 40rem) {
  .lead { grid-template-columns: minmax(0, 1fr); } .acts { flex: 1 1 100%; } .acts button { flex: 1; }
  thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  tr { display: block; padding: .5rem 0; border-bottom: 1px solid var(--line); }
  td { display: grid; grid-template-columns: 9rem minmax(0, 1fr); gap: .5rem; border: 0; padding: .15rem 0; }
  td::before { content: attr(data-of); font-size: .875rem; opacity: .8; }
  td.none { display: block; } td.none::before { content: none; }
}
`;
