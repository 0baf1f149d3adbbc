/** The text of each page's one `<style>`; a Content-Security-Policy names its hash. */
export const style = `
:root { color-scheme: light dark; --paper: #f6f6f4; --surface: #fff; --ink: #1c1f1e; --soft: #55605b; --edge: #6f7a75; --error: #a3211f; --warning: #7a4d00; --button: #1c1f1e; --on-button: #fff; --focus: #0a58ca; font: 100%/1.5 -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
@media (prefers-color-scheme: dark) { :root { --paper: #131615; --surface: #1c201f; --ink: #eef1ef; --soft: #b3bdb8; --edge: #85918b; --error: #ffa39b; --warning: #f5c26b; --button: #eef1ef; --on-button: #131615; --focus: #9ecbff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: anywhere; }
main { width: min(100% - 2rem, 36rem); margin: clamp(1rem, 5vw, 3rem) auto; }
.title { margin: 0 0 .75rem; color: var(--soft); font-weight: 600; }
.said { margin-bottom: 2rem; padding: 1.125rem 1.25rem; border: 2px solid var(--edge); border-radius: 10px; background: var(--surface); }
.error.said { border-color: var(--error); }
h1 { margin: 0 0 .5rem; font-size: clamp(1.375rem, 1.2rem + .8vw, 1.75rem); line-height: 1.2; letter-spacing: -.015em; }
h1:focus { outline: none; }
.said p { margin: .5rem 0 0; }
.said ul { margin: .75rem 0 0; padding-inline-start: 1.125rem; }
.said li { padding-block: .1875rem; }
.said li span { display: block; }
.said a { color: inherit; font-weight: 600; text-underline-offset: .2em; }
.said li a { color: var(--error); }
.field { min-width: 0; margin: 0 0 1.25rem; padding: 0; border: 0; }
.field > label:not(.box), legend { display: block; margin-bottom: .3125rem; padding: 0; font-weight: 600; }
.optional { font-weight: 400; color: var(--soft); }
input:not([type="checkbox"], [type="radio"]), select, textarea { display: block; width: 100%; min-height: 2.875rem; padding: .5rem .75rem; border: 1px solid var(--edge); border-radius: 8px; background: var(--surface); color: var(--ink); font: inherit; }
input[aria-invalid], select[aria-invalid], textarea[aria-invalid] { border-color: var(--error); box-shadow: inset 0 0 0 1px var(--error); }
.box { display: flex; gap: .75rem; padding-block: .4375rem; }
[type="checkbox"], [type="radio"] { flex: none; width: 1.5rem; height: 1.5rem; margin: 0; accent-color: var(--button); }
.terms { margin: 0; padding-inline-start: 2.25rem; white-space: pre-line; color: var(--soft); }
.terms a { color: inherit; }
.issues { margin: .3125rem 0 0; font-size: .9375rem; font-weight: 600; }
.issues span { display: block; color: var(--error); }
.issues .warning { color: var(--warning); }
button { width: 100%; min-height: 3rem; margin-top: .5rem; padding: .625rem 1.5rem; border: 0; border-radius: 8px; background: var(--button); color: var(--on-button); font: inherit; font-weight: 650; cursor: pointer; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
@media (forced-colors: active) { button { border: 1px solid; } }
`;
