//! The one table of issue codes and their sentences.
//!
//! A code is stable: programs compare it. A sentence is free to change: people read it. `{}` in a sentence stands for
//! the limit that was passed, never for what the visitor typed.

#![allow(rustdoc::bare_urls, reason = "a sentence may show how an address looks, and that one is nobody's")]

/// A row of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// What programs compare, like `phone.area_code`.
    pub name: &'static str,
    /// What people read.
    pub sentence: &'static str,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $id:ident = $name:literal, $sentence:literal;)*) => {
        $($(#[$doc])* #[doc = concat!("`", $name, "`: ", $sentence)] pub const $id: Code = Code { name: $name, sentence: $sentence };)*
        /// Every row, for the reference page and for translations.
        pub const ALL: &[&Code] = &[$(&$id),*];
    };
}

codes! {
    REQUIRED = "value.required", "Please fill in this field.";
    KIND = "value.kind", "This value is not of the right kind.";
    TOO_LARGE = "value.too_large", "This value is too large.";
    UNKNOWN_FIELD = "field.unknown", "This form has no such field; it was left out.";
    ANY_OF = "value.any_of", "Please fill in at least one of these: {}.";
    PATTERN = "value.pattern", "This does not have the form that is asked for.";
    REPEATS = "spec.pattern", "One text can be divided in too many ways by {}: write it so that there are few.";
    TWICE = "value.twice", "This came twice; the last counts.";
    EQUAL = "value.equal", "The two values are not the same.";
    FILE = "value.file", "A file cannot be sent with this form.";

    TEXT_SHORT = "text.short", "Please use at least {} characters.";
    TEXT_LONG = "text.long", "Please use at most {} characters.";

    EMAIL_AT = "email.at", "An e-mail address has one @ with text on both sides.";
    EMAIL_CHARACTER = "email.character", "An e-mail address cannot have this character; it may be invisible.";
    EMAIL_DOTS = "email.dots", "Dots cannot be first, last, or two in a row.";
    EMAIL_DOMAIN = "email.domain", "The part after the @ is not a mail domain.";
    EMAIL_LONG = "email.long", "This e-mail address is too long.";
    EMAIL_ASCII = "email.ascii", "Please use an e-mail address without accented letters.";
    EMAIL_TYPO = "email.typo", "Is this address right?";

    PHONE_CHARACTER = "phone.character", "Please enter one phone number and nothing else.";
    PHONE_SHORT = "phone.short", "Please enter the area code and seven digits.";
    PHONE_LONG = "phone.long", "This phone number is too long.";
    PHONE_AREA_CODE = "phone.area_code", "There is no such area code.";
    PHONE_EXCHANGE = "phone.exchange", "The three digits after the area code cannot be right.";
    PHONE_EXTENSION = "phone.extension", "The extension is not a number.";
    PHONE_COUNTRY = "phone.country", "Please begin with + and the country's code.";
    PHONE_NEW_AREA_CODE = "phone.unknown_area_code", "We do not know this area code (our table is of 2026-09-14). Is it right?";
    PHONE_FICTION = "phone.fiction", "This number is one that films use. Is it right?";
    PHONE_PREMIUM = "phone.premium", "This is a premium-rate number. Is it right?";
    PHONE_TOLL_FREE = "phone.toll_free", "This is a toll-free number. Is it right?";

    LABELS_MANY = "labels.many", "Please use at most {} labels.";
    LABELS_FEW = "labels.few", "Please use at least {} labels.";
    LABELS_LONG = "labels.long", "A label can have at most {} characters.";
    LABELS_COMMA = "labels.comma", "A label in a filter cannot contain a comma.";

    CHOICE_UNKNOWN = "choice.unknown", "Please choose one of the options.";
    CHOICES_MANY = "choices.many", "Please choose at most {}.";
    CHOICES_FEW = "choices.few", "Please choose at least {}.";
    CONSENT_REQUIRED = "consent.required", "Please agree to go on.";
    NUMBER = "number.invalid", "Please enter a number.";
    INTEGER = "integer.invalid", "Please enter a whole number.";
    NUMBER_SMALL = "number.small", "Please enter {} or more.";
    NUMBER_LARGE = "number.large", "Please enter {} or less.";
    DATE = "date.invalid", "Please enter a date that exists, as year-month-day.";
    URL = "url.invalid", "Please enter a web address that begins with https:// or http://.";
    POSTAL = "postal.invalid", "Please enter a US ZIP code or a Canadian postal code.";
    COUNTRY = "country.invalid", "Please enter a country.";
    STATE = "state.invalid", "Please enter a state or province.";

    PARAM_UNKNOWN = "params.unknown", "The operation has no such parameter.";
    PARAM_ONE_OF = "params.one_of", "Exactly one of these parameters is needed: {}.";
    PARAM_ANY_OF = "params.any_of", "At least one of these parameters is needed: {}.";
    PARAM_COUNT_MANY = "params.many", "At most {} are allowed here.";
    PARAM_COUNT_FEW = "params.few", "At least {} are needed here.";
    PARAM_IPV4 = "params.ipv4", "This is not an IPv4 address.";
    PARAM_COOKIE = "params.cookie", "This is not a _mkto_trk cookie.";
    PARAM_OVERRIDDEN = "params.overridden", "The system ignores this parameter beside {}.";

    PARAM_NEEDS = "params.needs", "This parameter needs {} beside it.";
    PARAM_ONLY_WITH = "params.only_with", "This parameter works only with {}.";
    PARAM_EXCLUSIVE = "params.exclusive", "At most one of these parameters may be given: {}.";
    PARAM_SETS = "params.sets", "One of these sets of parameters is needed: {}.";
    PARAM_TIME = "params.time", "Use today, yesterday, last_7_days, this_month, last_month or YYYY-MM-DD HH:MM:SS.";
    PARAM_TIMESTAMP = "params.timestamp", "Use an ISO 8601 time with its offset, like 2026-10-31T17:00:00-0400.";
    PARAM_IDS = "params.ids", "An id has digits only.";
    PARAM_ORDER = "params.order", "This time must lie after {}.";
    PARAM_RANGE = "params.range", "The range may be one year at most.";
    PARAM_DUPLICATE = "params.duplicate", "The same key comes twice; the system takes each once.";
    PARAM_TRUE_ONLY = "params.true_only", "Only true is taken here.";
    PARAM_OPT_OUT = "params.opt_out", "The content needs %%unsubscribe%% or %%email_preference_center%%.";
    PARAM_COMPANY = "params.company", "Fields of the company cannot be changed with the lead.";
    PARAM_NAME = "params.name", "A name begins with a letter and has letters, digits and _ only.";
    TEXT_CHARACTER = "text.character", "Please use letters, digits, blanks, - and _ only.";
    PARAM_FOREVER = "params.forever", "A field that was created can never be deleted, only hidden.";
    PARAM_STANDARD = "params.standard", "This cannot be changed of a standard field.";
    PARAM_ARGUMENT = "params.argument", "The procedure takes only these arguments: {}.";

    OPERATION_UNKNOWN = "params.operation", "There is no such operation.";

    ACCOUNT_SYSTEM = "account.system", "The account is of another system than the operation.";
    ACCOUNT_BASE_URL = "account.base_url", "The base URL must be https, with a public host name and without credentials.";
    ACCOUNT_HOST = "account.host", "This host is not one of the system's; name it in allowHost to use it.";
    ACCOUNT_VERSION = "account.version", "The version must be 3 or 4.";
    ACCOUNT_BUSINESS_UNIT = "account.business_unit", "A business unit id has 18 letters and digits and begins with 0Uv.";
    ACCOUNT_TOKEN = "account.token", "The token has characters that a header cannot carry.";
    ACCOUNT_CREDENTIAL = "account.credential", "The account's {} is missing or empty. Put it into its credentials.";
    ACCOUNT_LOGIN_URL = "account.login_url", "Client credentials need the org's own loginUrl, as Setup > My Domain shows it: https://MYDOMAIN.my.salesforce.com, of a sandbox https://MYDOMAIN--NAME.sandbox.my.salesforce.com.";

    CRM_STATE = "pardot.export_state", "The export has failed or was cancelled.";

    STORED_PHONE_DROPPED = "prospects.phone_dropped", "The system stored the lead without its phone number.";
    STORED_MESSAGE = "prospects.message", "The system stored the lead with a remark.";
}
