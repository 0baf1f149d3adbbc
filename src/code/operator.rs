//! What an operator reads: why a lead waits, what became of what was asked, and the lines of the log.

use super::{Code, Row, Section, Weight};

/// Where a delivery stands, with what an operator reads of it.
pub const PHASES: &[(&str, &str)] = &[
    ("waiting", "waits"),
    ("sent", "is being sent"),
    ("done", "delivered"),
    ("dead", "refused"),
    ("review", "held"),
    ("discarded", "given up"),
];

rows! {
    /// Why a lead waits for a person before it goes out.
    HELD = "Why a lead waits for a person",
    "The `code` of a delivery that is under review. One sign alone holds no lead: docs/relay.md." {
        TOKEN_FORGED = "token.forged"
            means "the form token is not ours"
            mend "Where many have it: was `secret` changed without the old one behind it, or does a page use another form's token?";
        TOKEN_SPENT = "token.spent"
            means "the form token was another lead's"
            mend "Look at both leads: a page was copied, or sent twice by a program.";
        TOKEN_EXPIRED = "token.expired"
            means "the form token is too old"
            mend "Where many have it: a cache keeps the page with its token. Send that page as `private, no-store`.";
        TOKEN_MISSING = "token.missing"
            means "no form token"
            mend "Where many have it: the page asks for none. `attach` does, or the server that makes the page.";
        TOKEN_FAST = "token.fast" means "filled within two seconds" mend "A robot, or a browser that fills forms by itself.";
        TRAP = "trap" means "the trap field is filled" mend "A robot, or a browser that fills fields nobody sees.";
        ORIGIN_NULL = "origin.null"
            means "from a page without an origin"
            mend "Where many have it: the page has `Referrer-Policy: no-referrer`, or stands in a sandboxed frame.";
        ORIGIN_MISSING = "origin.missing" means "the browser sent no origin" mend "Every browser does: a program plays one.";
        TURNSTILE_MISSING = "turnstile.missing"
            means "Turnstile was not answered"
            mend "Where many have it: the page does not show the widget.";
        TURNSTILE_FAILED = "turnstile.failed"
            means "Turnstile refused it"
            mend "Where many have it: compare the widget's secret, action and host names.";
        TURNSTILE_UNREACHABLE = "turnstile.unreachable"
            means "Turnstile could not be asked"
            mend "Nothing, where it passes: the lead had a second sign.";
        LEAD_INVALID = "lead.invalid"
            says "The lead does not pass the form's check: mend the form, send it on anyway, or discard it."
            means "it was saved in a browser, and the form's rules of today do not take it"
            mend "Mend the form's rules and send it on; send it on with what passes (`anyway`); or discard it.";
    }
}

rows! {
    /// Why a delivery is refused, or waits.
    STUCK = "Why a delivery is refused, or waits",
    "Beside the codes of CRMs and of calls, which [errors.md](errors.md) has." {
        PARAMS_SIZE = "params.size"
            says "The request is larger than 1.5 MB: the form maps a large field many times."
            means "the request would be too large"
            mend "Map the large field once, then send it on.";
        PARAMS_TARGET = "params.target"
            says "The form no longer goes to this account."
            means "the form no longer goes to this account"
            mend "Put the account back into the form's `deliver`.";
        ACCOUNT_GONE = "account.gone"
            says "The form no longer goes to an account of this name."
            means "the form no longer goes to an account of this name"
            mend "Put it back, move the leads to another account, or discard them.";
        FORM_GONE = "form.gone"
            says "The relay has no form of this name any more."
            means "the relay has no form of this name any more"
            mend "Put it back, move the leads to another form, or discard them.";
        LOOKUP_BLIND = "lookup.blind"
            means "the lead has nothing that the system could be asked by"
            mend "Nothing: it is written without a look-up.";
        DELIVERY_LOST = "delivery.lost"
            means "a call went out, and nobody heard what became of it"
            mend "Nothing: the system is asked before anything is sent again.";
        DELIVERY_FAILED = "delivery.failed"
            means "something of the relay's broke"
            mend "It is tried again. Where it stays so, read the log.";
        DEAD_FULL = "dead.full"
            means "the form has too many dead letters in this account"
            mend "Send some on, discard some, or raise `maxDead`.";
        STORAGE_FULL = "storage.full"
            means "the disk is full, or the plan allows no more writes today"
            mend "Make room. Leads wait, and new ones are told to come again.";
        STORAGE_LOCKED = "storage.locked"
            says "The lead is locked with a key that the relay does not have."
            means "the lead is locked with a key that the relay does not have"
            mend "Put the old `storageKey` behind the newer ones. The lead waits until then.";
        DELIVERY_STATE = "delivery.state"
            says "The delivery's stored state cannot be read by this version."
            means "the delivery was written by a newer release"
            mend "Deploy the newer release again.";
        GATE_FAILED = "gate.failed"
            means "the account's limiter did not do what it was asked"
            mend "It is asked again. Where it stays so, read the log.";
        OUTBOX_FAILED = "outbox.failed"
            says "It could not be written down; it is where it was."
            means "an outbox did not do what it was asked"
            mend "Ask again. Where it stays so, read the log.";
    }
}

rows! {
    /// What a system does not get as the lead has it.
    WARNED = "What a system does not get as the lead has it",
    "The `warning` of a delivery." {
        PHONE_TAKEN = "prospects.phone_taken"
            means "the number is another prospect's, and was left out"
            mend "Compare the two people. `match: \"phone\"` lets a phone say who somebody is.";
        EMAIL_KEPT = "prospects.email_kept"
            means "the prospect with this phone has another e-mail, which stays"
            mend "Compare the two.";
        COOKIE_DROPPED = "marketo.cookie_dropped"
            means "Marketo refused the visitor's cookie, and the lead went out without it"
            mend "Where many have it: is the page's Munchkin code this instance's?";
    }
}

rows! {
    /// Why something stays that a person wanted to move.
    STAYS = "Why something does not move",
    "The `code` and `message` of a row that `replay`, `discard` or `move` answers with `moved: false`." {
        ACCOUNT_THERE = "account.there" says "The form goes to this account: there is nothing to move.";
        ACCOUNT_TARGET = "account.target" says "The form does not go to that account." mend "Add the account to the form's `deliver` first.";
        ACCOUNT_TWICE = "account.twice" says "The lead goes to that account by itself." mend "Discard this delivery.";
        ACCOUNT_UNKNOWN = "account.unknown"
            says "Nobody knows any more of which system the account was: say that you are sure."
            mend "Say `sure: true`, where it was the same system.";
        DELIVERY_OUT = "delivery.out" says "A call may still be out: try it again in a minute.";
        DELIVERY_DOUBT = "delivery.doubt"
            says "Nobody knows whether the old account has it: say that you are sure."
            mend "Look into the old account, then say `sure: true`.";
        FORM_THERE = "form.there" says "The relay has this form: there is nothing to move.";
        CORRECT_PERSON = "correct.person"
            says "The system knows people by the e-mail or phone that you changed, and would make a second record: change it there by hand."
            mend "The other systems get the new values.";
    }
}

rows! {
    /// What becomes of a test lead's record in a system.
    TRIED = "What becomes of a test lead's record",
    "Why it stays in the system, as the console says it; of one that nobody needs to keep nothing is said, and it can be removed." {
        TEST_WAITS = "test.waits" means "the system has not taken it yet";
        TEST_STAYS = "test.stays" means "the system has no way to delete it: it stays there";
        TEST_UNASKED = "test.unasked"
            means "nobody asked before whether the person was there, so it stays there"
            mend "If it was nobody's, delete it there by hand.";
        TEST_THERE = "test.there" means "the person was there before, so the record stays, with what the test has changed";
        TEST_DOUBT = "test.doubt" means "nobody can tell whether the test has made the record, so it stays there";
        TEST_REMOVED = "test.removed" means "it was deleted there";
    }
}

rows! {
    /// Why an operator's call is not taken.
    ASKED = "Why an operator's call is not taken",
    "The `code` of an answer under `/operator`; also `body.json`, `body.size`, `body.cut`, `not_found`, `relay.failed` and `outbox.unavailable`." {
        OPERATOR_KEY = "operator.key" means "The operator's key is missing or wrong." mend "Send `Authorization: Bearer` and the key.";
        VALUE_KEY = "value.key"
            says "That is not the key for values, or none of yours allows them."
            means "The key for values is missing or wrong."
            mend "Send it in `Fieldpost-Value-Key`.";
        REPLAY_WHICH = "replay.which" means "The call does not say which leads." mend "Name ids, a code or a phase.";
        DISCARD_WHICH = "discard.which" means "The call does not say which leads." mend "Name ids, a code or a phase.";
        DISCARD_REASON = "discard.reason"
            says "A reason has 1 to 200 characters and names no person: no address and no number."
            mend "It is logged, and stays when the lead's values are gone.";
        MOVE_WHICH = "move.which" says "Say from which account to which one, or from which form.";
        MOVE_TO = "move.to" says "The relay has no form or account of that name.";
        CHECK_WHICH = "check.which" says "The relay has no form or account of that name.";
        ERASE_WHICH = "erase.which" means "The call names nobody." mend "Send `email`, `phone` or both.";
        ERASE_EMAIL = "erase.email" means "That is no e-mail address.";
        ERASE_PHONE = "erase.phone" means "That is no phone number.";
        EXPORT_FORMAT = "export.format" means "There is no such format." mend "Use `json`, `ndjson`, `csv` or `import`.";
        SEARCH_TEXT = "search.text" says "Look for a whole e-mail, a phone number or an id.";
        SEARCH_STATE = "search.state" means "A lead has no such state." mend "Use `person`, `review`, `dead`, `waiting`, `delivered`, `discarded` or `erased`.";
        CORRECT_WHICH = "correct.which" says "Only a lead that waits for a person, or was delivered, can be corrected, and only while its values are kept.";
        CORRECT_VALUES = "correct.values" says "The form's rules do not take these values." mend "See `issues`.";
        TEST_WAY = "test.way" says "The relay has no form of that name, or it does not go to that account.";
        TEST_VALUES = "test.values" says "The form's rules do not take these values, and no lead was sent." mend "See `issues`.";
        UNDO_LATE = "undo.late" says "It is too late: this is done already.";
        OPERATOR_ROLE = "operator.role" says "Your key does not allow this." mend "Ask whoever keeps the relay's options for a key with the right that `needs` names.";
        OPERATOR_SESSION = "operator.session" says "You are signed out: sign in again.";
        OPERATOR_ORIGIN = "operator.origin" means "A session's call came from another page than the console.";
        PASS_SENDER = "pass.sender" says "Say one whole e-mail, or one domain such as example.com.";
        PASS_FORM = "pass.form" says "The relay has no form of that name.";
        PASS_END = "pass.end" says "A sender is let through for 1 to 366 days.";
        ALERT_WHICH = "alert.which" says "The relay has no alert channel of that name, or something is wrong with it.";
        ALERT_UNSENT = "alert.unsent" says "The message could not be made: look what is wrong with the channel.";
    }
}

rows! {
    /// What an alert is about.
    ALERTED = "What an alert is about",
    "The `code` of an incident in an alert, with its sentence. [alerts.md](alerts.md) says when one is told." {
        ALERT_DEAD = "alert.dead" says "A system refused leads, and they wait for a person: read why, mend it, and send them on.";
        ALERT_ACCOUNT = "alert.account" says "Nothing goes out to the account until somebody has mended it. Its leads wait.";
        ALERT_TARGET = "alert.target" says "A form's leads wait for an account that does not take them as they are mapped: mend the options.";
        ALERT_QUOTA = "alert.quota" says "The account's calls of the day are used up. Its leads go out when they are back.";
        ALERT_GONE = "alert.gone" says "Leads wait for an account or a form that the options no longer have: give it back, or move them.";
        ALERT_REVIEW = "alert.review" says "Leads are held for review: release what is real, discard the rest.";
        ALERT_QUEUE = "alert.queue" says "Leads do not go out: so many minutes the oldest one waits for a system.";
        ALERT_VANISHED = "alert.vanished" says "Leads that a system had stored are no longer there: see Stored in the console.";
    }
}

rows! {
    /// The lines of the log.
    EVENTS = "The lines of the log",
    "Each line is JSON with one of these in `event`. It holds ids, names, codes and counts: never a visitor's value, a CRM's URL or a secret." {
        EVENT_OPTIONS_WRONG = "options.wrong" means "Something is wrong with the options: one line for each finding, when the relay starts. `closes` says what takes or gets no lead until then." mend "Mend what `place` names; `message` says how.";
        EVENT_DELIVERY_DEAD = "delivery.dead" means "A delivery waits for a person." mend "See its `code`.";
        EVENT_DELIVERY_FAILED = "delivery.failed" means "Something broke on a delivery's way; it is tried again.";
        EVENT_ACCOUNT_CLOSED = "account.closed" means "Nothing goes out to an account until somebody has mended it." mend "See its `code`.";
        EVENT_ACCOUNT_OPENED = "account.opened" means "The account takes leads again.";
        EVENT_TARGET_CLOSED = "target.closed" means "A form's leads, or those with one parameter, wait for an account." mend "See its `code`.";
        EVENT_TARGET_OPENED = "target.opened" means "They go out again.";
        EVENT_TOKEN_REFUSED = "token.refused" means "The system refused a token that it had just issued." mend "Compare the API user, its role and the account's address.";
        EVENT_AUTH_REFUSED = "auth.refused" means "A sign-in failed." mend "See its `code`.";
        EVENT_ALARM_FAILED = "alarm.failed" means "An outbox could not do what its alarm was for; the alarm is set again.";
        EVENT_HOST_REFUSED = "host.refused" means "The platform let no more calls out; `wait` is the pause in milliseconds." mend "Where it stays so: docs/capacity.md.";
        EVENT_RELAY_FAILED = "relay.failed" means "A request broke." mend "`code` and `where` say what and where.";
        EVENT_WASM_TRAP = "wasm.trap" means "The module stopped over a lead, and was made anew; stopped twice, the lead waits for a person." mend "Tell us of it.";
        EVENT_ALERT_TOLD = "alert.told" means "A channel was told of incidents.";
        EVENT_ALERT_FAILED = "alert.failed" means "A channel could not be told of incidents; it is tried again." mend "See its `code`: the address, the key, and what the receiver says.";
        EVENT_RECORDS_VANISHED = "records.vanished" means "Records that a system had stored are no longer there; nothing is sent again." mend "See Stored in the console: whether somebody deleted or merged them.";
        EVENT_RECORDS_FAILED = "records.failed" means "A system could not be asked whether stored leads are still there; it is asked later.";
        EVENT_REPLAYED = "replayed" means "A person sent leads on.";
        EVENT_DISCARDED = "discarded" means "A person gave leads up, for `reason`.";
        EVENT_MOVED = "moved" means "A person moved leads to another account or form.";
        EVENT_ERASED = "erased" means "A person was taken out.";
        EVENT_CORRECTED = "corrected" means "A person corrected a lead, and sent it on.";
        EVENT_TESTED = "tested" means "A person sent a test lead.";
        EVENT_REMOVED = "removed" means "A person had a test lead deleted in a system.";
        EVENT_UNDONE = "undone" means "A person took back what was due in a moment.";
        EVENT_PASS_ADDED = "pass.added" means "A person lets a sender through.";
        EVENT_PASS_REMOVED = "pass.removed" means "A sender is let through no more.";
        EVENT_SIGNED_IN = "signed.in" means "Somebody signed in to the console." mend "`who` is the name of the key or of the person.";
        EVENT_SIGNED_OUT = "signed.out" means "Somebody signed out.";
        EVENT_SIGN_IN_REFUSED = "sign.refused" means "Somebody was not let in to the console." mend "Many of these: somebody guesses keys.";
        EVENT_VALUES_USED = "values.used" means "Somebody used the key for values.";
        EVENT_VALUES_REFUSED = "values.refused" means "Somebody was refused the values.";
    }
}
