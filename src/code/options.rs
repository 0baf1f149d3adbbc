//! What is wrong with what an owner says: the options of a relay.

use super::{Code, Row, Section, Weight};

rows! {
    /// What a relay says of its options when it starts.
    OPTIONS = "What is wrong with a relay's options",
    "Said when a relay starts, all of it together: in its log (`options.wrong`), in `GET /operator/status`, on the operator's page, and by `checkRelay`. `place` is the name to mend; `{}` is what fits there. Accounts have codes of their own: see [Accounts](#accounts). [relay.md](relay.md#what-is-wrong-with-the-options) says what each one closes." {
        SECRET = "options.secret" says "There is no secret here. Make one with `openssl rand -hex 32`, and put it where the options read it.";
        SECRET_SHORT = "options.secret_short" says "A secret needs at least 32 characters. Make one with `openssl rand -hex 32`.";
        CONSTANT = "options.constant" says "There is no {}, and no lead can bring one: put it into the target's constants.";
        CONSTANT_VALUE = "options.constant_value" says "The system does not take this constant: {}";
        PARAM = "options.param" says "The system has no such parameter.";
        REQUIRED = "options.required" says "The system needs {} of each lead: map a required field to it, or put it into the constants.";
        KIND = "options.kind" says "There is no such kind of field. The kinds are {}.";
        MEMBER = "options.member" says "There is no such option here, so it does nothing.";
        ORIGIN_PATH = "options.origin_path" says "An origin ends behind its host. This one is taken as {}.";
        ORIGIN = "options.origin" says "This is not a single origin. Write each one by itself, like https://www.example.com.";
        ACCOUNT = "options.account" says "The options have no account of this name.";
        TWICE = "options.twice" says "This account is here twice, and a lead goes to each once: put both into one target.";
        FIELD = "options.field" says "The form has no field of this name.";
        VALUE = "options.value" says "This must be {}.";
    }
}
