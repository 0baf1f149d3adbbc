//! What a relay says of a whole request: the one issue of an answer that is no form's verdict.

use super::{Code, Row, Section, Weight};

rows! {
    /// What a relay answers to a lead; the table of answers says with which status.
    ANSWERS = "What a relay answers to a lead",
    "The visitor reads the sentence, in the form's language. `docs/errors.md` says with which status each comes, and what a page does then." {
        BODY_SIZE = "body.size"
            says "The form is larger than 64 KiB, and no more can be taken."
            means "The body is larger than a lead may be."
            mend "Let the form ask for less.";
        BODY_FIELDS = "body.fields"
            says "The form has more than 100 fields, and no more can be taken."
            means "The body has more than 100 fields. As a warning: those that the form does not have were left out."
            mend "Send the form's own fields alone.";
        BODY_JSON = "body.json"
            says "The body is not a JSON object."
            means "A program sent what it calls JSON, and it is no object."
            mend "Mend the program.";
        BODY_MULTIPART = "body.multipart"
            says "The form cannot be read: it is not the multipart form that it says it is."
            means "A program sent a broken multipart body."
            mend "Mend the program.";
        BODY_TYPE = "body.type"
            says "The form cannot be read: send it as application/x-www-form-urlencoded, multipart/form-data or application/json."
            means "A program sent a content type that no form has."
            mend "Send one of the three.";
        BODY_CUT = "body.cut"
            says "The form did not arrive whole."
            means "The connection broke before the body had ended."
            mend "Nothing: the page sends it again.";
        WIRE_VERSION = "wire.version"
            says "The page that sent this form speaks a version that is not known here."
            means "The page is of a newer release than the relay."
            mend "Deploy the relay before its pages.";
        KEY_INVALID = "key.invalid"
            says "The form came with a key that is none: a key has 8 to 64 letters, digits, - and _."
            means "A program sent another text as its key."
            mend "Mend the program.";
        KEY_REUSED = "key.reused"
            says "This form was sent once before, with other entries."
            means "its key was another lead's"
            mend "A program needs a new key for each lead. Of two saved leads look at both.";
        KEY_RUNNING = "key.running"
            says "The same form was sent a moment ago, and its check may still be under way."
            means "Turnstile is being asked about the same lead."
            mend "Nothing: the page sends it again.";
        SEAL_UNKNOWN = "seal.unknown"
            says "What was saved cannot be opened with the keys that are here now."
            means "The lead was sealed for a secret that the relay does not have."
            mend "Put the old `sealSecret` behind the new one.";
        ADDRESS_LIMIT = "address.limit"
            says "Too many forms came from your network in a short time."
            means "One address has sent more than `addressLimit` allows."
            mend "Raise it where an office stands behind one address. Behind a proxy, name its `addressHeader`.";
        REVIEW_FULL = "review.full"
            says "We cannot take this form just now."
            means "A suspect's address has its share of the review, or the review is full."
            mend "Release or discard what is under review, or raise `maxReview`.";
        ORIGIN_FORBIDDEN = "origin.forbidden"
            says "The page that sent this form is not one of those that may send it."
            means "The page's origin is not in the form's `origins`."
            mend "Add it, where the page is yours.";
        METHOD = "method"
            says "This address takes GET and POST only."
            means "A program used another method."
            mend "Mend the program.";
        NOT_FOUND = "not_found"
            says "There is no form at this address."
            means "The relay has no form of this name; of a CRM, it has no such record."
            mend "Compare the form's `action` with the names in `forms`.";
        OUTBOX_FULL = "outbox.full"
            says "We cannot take more requests just now."
            means "The outbox has as many leads as `maxBytes` or `maxQueued` allow."
            mend "See what they wait for. Raise the bound where that is right.";
        OUTBOX_UNAVAILABLE = "outbox.unavailable"
            says "We cannot take requests just now."
            means "An outbox did not answer."
            mend "Ask again. Where it stays so, read the log.";
        OUTBOX_UNKNOWN = "outbox.unknown"
            says "We were interrupted before we could tell whether this was taken."
            means "An outbox was asked, and its answer was lost."
            mend "Nothing: sent again with its key, the lead is taken once.";
        RELAY_OPTIONS = "relay.options"
            says "This form is not set up yet, and nothing can be taken."
            means "The relay's options are wrong in a way that no lead can be checked or kept by."
            mend "Read the operator's page, or the log's lines `options.wrong`: they name what to mend.";
        RELAY_FAILED = "relay.failed"
            says "Something went wrong on our side."
            means "Something of the relay's broke."
            mend "Read the log: its line `relay.failed` says where.";
    }
}
