//! What becomes of a call, and what the package's functions throw.

use super::{Code, Row, Section, Weight};

rows! {
    /// What became of a call, whatever the system.
    CALLS = "What became of a call",
    "`code` of a `retry`, `why` of an `unknown`, `issues[0].code` of a `refused` outcome. The vendors' own codes are in [errors.md](errors.md)." {
        TIMEOUT = "network.timeout" says "There was no answer in time." means "the system did not answer in time" mend "Nothing: it is asked before a lead is sent again.";
        ABORTED = "network.aborted" says "The call was aborted." means "the call was aborted";
        OFFLINE = "network.offline" says "There is no connection." means "there was no connection";
        FAILED = "network.failed"
            says "The server could not be reached, or the connection broke."
            means "the system could not be reached, or the connection broke"
            mend "Nothing, where it passes. Else compare the account's address.";
        UNREADABLE = "reply.unreadable"
            says "The answer cannot be read."
            means "the answer was cut, or is no answer of this system"
            mend "Compare the account's address: a proxy or a sign-in page may answer there.";
        NO_RESULT = "reply.no_result" means "the answer says nothing of this record";
        NO_STATUS = "reply.no_status" means "the answer does not say what became of this record";
        REDIRECT = "http.redirect" means "the system sent us elsewhere, and nothing was sent there" mend "Compare the account's address.";
        HTTP_401 = "http.401" means "the token is not taken";
        HTTP_403 = "http.403"
            says "The system lets nobody in with these credentials, or its firewall takes offence at the lead."
            means "the system lets nobody in with these credentials, or its firewall takes offence at the lead";
        HTTP_404 = "http.404"
            says "There is nothing at this address. Is baseUrl the system's?"
            means "there is nothing at this address"
            mend "Compare `baseUrl`.";
        HTTP_408 = "http.408" means "the system waited too long for the request";
        HTTP_413 = "http.413" says "The request is too large for the system." means "the request is too large for the system";
        HTTP_414 = "http.414" says "The URL is too long for the system." means "the URL is too long for the system";
        HTTP_429 = "http.429" means "too many calls";
        HTTP_4XX = "http.4xx" says "The system does not take the request as it is." means "the system does not take the request as it is";
        HTTP_502 = "http.502" means "the system's gateway failed";
        HTTP_503 = "http.503" means "the system is down for a moment";
        HTTP_504 = "http.504" means "the system did not answer its gateway";
        HTTP_5XX = "http.5xx" means "the system failed";
        RELAY_BUSY = "relay.busy" means "a relay takes no leads just now";
        MARKETO_UNLISTED = "marketo.unlisted"
            says "Marketo refused the record for a reason that its documentation does not list."
            means "Marketo has a reason that its documentation does not list"
            mend "Look into Marketo's own notes, and tell us of it.";
        PARDOT_UNLISTED = "pardot.unlisted"
            says "Pardot refused the request for a reason that its documentation does not list."
            means "Pardot has a reason that its documentation does not list"
            mend "Look into Pardot's own notes, and tell us of it.";
        PROSPECTS_INVALID = "prospects.invalid"
            says "The system does not take these values."
            means "the prospects API does not take these values"
            mend "Compare the form's rules and its `map` with the fields of the account.";
        PROSPECTS_409 = "prospects.409" means "the prospects API is still at the same call, or had another one under its key";
        AUTH_BUSY = "auth.busy" says "There is no token for this account." means "the account got no token just now";
    }
}

rows! {
    /// The `code` of a `FieldpostError`.
    THROWN = "What a function throws",
    "The `code` of a `FieldpostError`; those of calls, of `account.*` and of tokens too." {
        NOT_READY = "wasm.not_ready" says "Call and await load() first: with { spec } for what a form needs." means "The module is not there yet, or the rule of a kind that comes after it.";
        TRAP = "wasm.trap"
            says "The module stopped; the next call gets a fresh one."
            means "the check could not finish"
            mend "Tell us of it; the lead is kept as it came, and goes on with `replay`.";
        SOURCE = "wasm.source" says "fieldpost/slim needs the module: load(fetch(url)).";
        BLOCKED = "wasm.blocked" says "The page's policy lets no WebAssembly run: add 'wasm-unsafe-eval' to script-src." means "The page's Content-Security-Policy has no `'wasm-unsafe-eval'`; a form is submitted by the browser itself.";
        LEAN = "build.lean" says "Only the build for Workers and Node reads this reply.";
        MISSING = "build.missing" says "Import fieldpost/build beside fieldpost: it builds the calls of CRMs." means "A page was to build the call of a CRM." mend "Import `fieldpost/build` before `load`; a page that talks to a relay needs none of it.";
        SPEC = "spec.invalid" says "The form's spec does not fit." means "`issues` name the place in the spec, in the page's HTML or in the CRM's reply.";
        PARAMS = "params.invalid"
            means "a parameter that the CRM needs is missing or wrong"
            mend "See `issues`. Of a lead: mend the form's `map` and `constants`, then send it on.";
        ACCOUNT = "account.invalid" means "the account's settings are wrong" mend "See `issues`, or the account's `message` in the operator's status.";
        ACTION = "form.action" says "The form's action is no relay: docs/frameworks.md";
        NOT_CONFIGURED = "relay.not_configured" says "Export relay(options) from the module that exports Outbox and Gate.";
        STATE_VERSION = "state.version"
            means "An outbox was written by a newer release than this one."
            mend "Deploy the newer one again: until then leads are told to come again.";
        STATE_MISSING = "state.missing" means "A fresh instance does not know the account's limiter yet; it is loaded, and asked again.";
        EVENT_UNKNOWN = "event.unknown" means "The module was asked what this release of it does not know.";
        REPLY_INVALID = "reply.invalid" means "What was given to `read` is no reply.";
        REQUEST_INVALID = "request.invalid" means "What was kept of a request is none.";
    }
}
