//! The one table of codes: every code that any part of the product says, for whom it says it, and in which words.
//!
//! A code is stable: programs compare it. A sentence is free to change: people read it. `{}` in a sentence stands for
//! the limit that was passed, never for what the visitor typed. The codes of CRMs stand beside their replies, in
//! [`crate::systems`]. `cargo xtask generate` makes TypeScript's types, constants and words of these rows, and the page
//! `docs/codes.md`.

#![allow(
    rustdoc::bare_urls,
    reason = "a sentence may show how an address looks, and that one is nobody's"
)]

/// What an issue has of its row.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// The place of an issue's row in the table, counted from 1. A page's modules know codes by it alone; its script has the
    /// names and the sentences. In the edge module it stands in reports.
    #[cfg(target_arch = "wasm32")]
    pub number: u8,
    /// What programs compare, like `phone.area_code`.
    #[cfg(any(feature = "full", not(target_arch = "wasm32")))]
    pub name: &'static str,
    /// What people read.
    #[cfg(any(feature = "full", not(target_arch = "wasm32")))]
    pub sentence: &'static str,
}

impl Code {
    const fn new(number: u8, name: &'static str, sentence: &'static str) -> Self {
        let _ = (number, name, sentence);
        Code {
            #[cfg(target_arch = "wasm32")]
            number,
            #[cfg(any(feature = "full", not(target_arch = "wasm32")))]
            name,
            #[cfg(any(feature = "full", not(target_arch = "wasm32")))]
            sentence: here(sentence),
        }
    }

    /// The name, where this build has it.
    #[allow(clippy::unused_self, reason = "a page's build knows a code by its number alone")]
    pub(crate) const fn name(&self) -> &'static str {
        #[cfg(any(feature = "full", not(target_arch = "wasm32")))]
        return self.name;
        #[cfg(not(any(feature = "full", not(target_arch = "wasm32"))))]
        ""
    }

    /// The sentence, where this build has it.
    #[allow(clippy::unused_self, reason = "a page's build knows a code by its number alone")]
    pub(crate) const fn sentence(&self) -> &'static str {
        #[cfg(any(feature = "full", not(target_arch = "wasm32")))]
        return self.sentence;
        #[cfg(not(any(feature = "full", not(target_arch = "wasm32"))))]
        ""
    }
}

/// Whether the sentences stand in the script around this module, generated of the same rows: the edge build's has them, and is
/// asked for one where a code is said.
#[cfg(any(feature = "full", not(target_arch = "wasm32")))]
pub(crate) const ELSEWHERE: bool = cfg!(all(target_arch = "wasm32", feature = "edge"));

/// What parts a code's name from its sentence where the script says both.
#[cfg(all(target_arch = "wasm32", feature = "edge"))]
pub(crate) const BETWEEN: char = '|';

/// A sentence, where this build has it.
#[cfg(any(feature = "full", not(target_arch = "wasm32")))]
pub(crate) const fn here(sentence: &'static str) -> &'static str {
    if ELSEWHERE { "" } else { sentence }
}

/// Whether an issue of a code stops the lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Always.
    Stops,
    /// Never: somebody may look at it.
    Warns,
    /// It stops a lead where a value cannot be, and lets it through where it may be.
    Either,
}

/// A row of the table.
#[derive(Debug)]
pub struct Row {
    /// What programs compare.
    pub name: &'static str,
    /// What is said with it, as `message`; empty where the code comes alone.
    pub sentence: &'static str,
    /// Whether it stops the lead.
    pub weight: Weight,
    /// For who runs the site: what it means. Empty where the sentence says it.
    pub means: &'static str,
    /// For who runs the site: what to do. Empty where nothing can be done.
    pub mend: &'static str,
}

/// The codes of one subject.
#[derive(Debug)]
pub struct Section {
    /// What they are about.
    pub title: &'static str,
    /// What is true of all of them.
    pub note: &'static str,
    /// In the order of the reference.
    pub rows: &'static [Row],
}

/// The subjects of all codes but the issues', in the order of the reference.
pub const SUBJECTS: &[Section] = &[
    relay::ANSWERS,
    options::OPTIONS,
    operator::HELD,
    operator::STUCK,
    operator::WARNED,
    operator::STAYS,
    operator::TRIED,
    operator::ASKED,
    operator::ALERTED,
    found::ACCOUNTS,
    found::MAPPINGS,
    call::CALLS,
    call::THROWN,
];

/// Every row of an issue.
pub fn issues() -> impl Iterator<Item = &'static Row> {
    ISSUES.iter().flat_map(|section| section.rows)
}

/// Every row.
pub fn all() -> impl Iterator<Item = &'static Row> {
    ISSUES.iter().chain(SUBJECTS).flat_map(|section| section.rows)
}

/// A text that may be left out.
macro_rules! text {
    () => {
        ""
    };
    ($text:literal) => {
        $text
    };
}

macro_rules! weight {
    (stops) => {
        Weight::Stops
    };
    (warns) => {
        Weight::Warns
    };
    (either) => {
        Weight::Either
    };
}

/// The rows of one subject: a constant for each code, and the section.
macro_rules! rows {
    ($(#[$doc:meta])* $section:ident = $title:literal, $note:literal {
        $($id:ident = $name:literal $(says $says:literal)? $(means $means:literal)? $(mend $mend:literal)?;)*
    }) => {
        $(
            #[doc = concat!("`", $name, "`")]
            pub const $id: Code = Code::new(0, $name, text!($($says)?));
        )*

        $(#[$doc])*
        pub const $section: Section = Section {
            title: $title,
            note: $note,
            rows: &[$(Row {
                name: $name,
                sentence: text!($($says)?),
                weight: Weight::Stops,
                means: text!($($means)?),
                mend: text!($($mend)?),
            }),*],
        };
    };
}

pub mod call;
pub mod found;
pub mod operator;
pub mod options;
pub mod relay;
pub mod words;

/// The rows of issues, subject by subject, each with its weight.
macro_rules! issues {
    ($($title:literal, $note:literal { $($id:ident = $name:literal $weight:ident $sentence:literal;)* })*) => {
        /// The rows in their order.
        #[allow(
            dead_code,
            non_camel_case_types,
            clippy::upper_case_acronyms,
            reason = "each is named like its code, and counted from 1"
        )]
        enum Number {
            None,
            $($($id,)*)*
        }

        $($(
            #[doc = concat!("`", $name, "`: ", $sentence)]
            pub const $id: Code = Code::new(Number::$id as u8, $name, $sentence);
        )*)*

        /// What a check says of values and parameters, and a system of what it stored. All of it is translated.
        pub const ISSUES: &[Section] = &[$(Section {
            title: $title,
            note: $note,
            rows: &[$(Row { name: $name, sentence: $sentence, weight: weight!($weight), means: "", mend: "" }),*],
        }),*];
    };
}

issues! {
    "Any value", "Said of every kind of field." {
        REQUIRED = "value.required" stops "Please fill in this field.";
        KIND = "value.kind" stops "This value is not of the right kind.";
        TOO_LARGE = "value.too_large" stops "This value is too large.";
        ANY_OF = "value.any_of" stops "Please fill in at least one of these: {}.";
        PATTERN = "value.pattern" stops "This does not have the form that is asked for.";
        TWICE = "value.twice" warns "This came twice; the last counts.";
        EQUAL = "value.equal" stops "The two values are not the same.";
        FILE = "value.file" stops "A file cannot be sent with this form.";
    }

    "Fields", "Said of a name that the form does not have." {
        UNKNOWN_FIELD = "field.unknown" warns "This form has no such field; it was left out.";
    }

    "Text", "Said of text, names, URLs and hidden fields. Lengths are in characters." {
        TEXT_SHORT = "text.short" stops "Please use at least {} characters.";
        TEXT_LONG = "text.long" stops "Please use at most {} characters.";
        TEXT_CHARACTER = "text.character" stops "Please use letters, digits, blanks, - and _ only.";
    }

    "E-mail", "" {
        EMAIL_AT = "email.at" stops "An e-mail address has one @ with text on both sides.";
        EMAIL_CHARACTER = "email.character" stops "An e-mail address cannot have this character; it may be invisible.";
        EMAIL_DOTS = "email.dots" stops "Dots cannot be first, last, or two in a row.";
        EMAIL_DOMAIN = "email.domain" stops "The part after the @ is not a mail domain.";
        EMAIL_LONG = "email.long" stops "This e-mail address is too long.";
        EMAIL_ASCII = "email.ascii" stops "Please use an e-mail address without accented letters.";
        EMAIL_TYPO = "email.typo" warns "Is this address right?";
    }

    "Phone", "" {
        PHONE_CHARACTER = "phone.character" stops "Please enter one phone number and nothing else.";
        PHONE_SHORT = "phone.short" stops "Please enter the area code and seven digits.";
        PHONE_LONG = "phone.long" stops "This phone number is too long.";
        PHONE_AREA_CODE = "phone.area_code" stops "There is no such area code.";
        PHONE_EXCHANGE = "phone.exchange" stops "The three digits after the area code cannot be right.";
        PHONE_EXTENSION = "phone.extension" stops "The extension is not a number.";
        PHONE_COUNTRY = "phone.country" either "Please begin with + and the country's code.";
        PHONE_NEW_AREA_CODE = "phone.unknown_area_code" warns "We do not know this area code (our table is of 2026-09-14). Is it right?";
        PHONE_FICTION = "phone.fiction" warns "This number is one that films use. Is it right?";
        PHONE_PREMIUM = "phone.premium" warns "This is a premium-rate number. Is it right?";
        PHONE_TOLL_FREE = "phone.toll_free" warns "This is a toll-free number. Is it right?";
    }

    "Labels", "" {
        LABELS_MANY = "labels.many" stops "Please use at most {} labels.";
        LABELS_FEW = "labels.few" stops "Please use at least {} labels.";
        LABELS_LONG = "labels.long" stops "A label can have at most {} characters.";
        LABELS_COMMA = "labels.comma" stops "A label in a filter cannot contain a comma.";
    }

    "A choice", "" {
        CHOICE_UNKNOWN = "choice.unknown" stops "Please choose one of the options.";
    }

    "Several choices", "" {
        CHOICES_MANY = "choices.many" stops "Please choose at most {}.";
        CHOICES_FEW = "choices.few" stops "Please choose at least {}.";
    }

    "Consent", "" {
        CONSENT_REQUIRED = "consent.required" stops "Please agree to go on.";
    }

    "Numbers", "The bounds are said of whole numbers too." {
        NUMBER = "number.invalid" stops "Please enter a number.";
        NUMBER_SMALL = "number.small" stops "Please enter {} or more.";
        NUMBER_LARGE = "number.large" stops "Please enter {} or less.";
    }

    "Whole numbers", "" {
        INTEGER = "integer.invalid" stops "Please enter a whole number.";
    }

    "Dates", "" {
        DATE = "date.invalid" stops "Please enter a date that exists, as year-month-day.";
    }

    "Web addresses", "" {
        URL = "url.invalid" stops "Please enter a web address that begins with https:// or http://.";
    }

    "Postal codes", "" {
        POSTAL = "postal.invalid" stops "Please enter a US ZIP code or a Canadian postal code.";
    }

    "Countries", "" {
        COUNTRY = "country.invalid" stops "Please enter a country.";
    }

    "States and provinces", "" {
        STATE = "state.invalid" stops "Please enter a state or province.";
    }

    "Specs of forms", "For the people who build a site; no visitor sees them. The part of the pattern is the limit." {
        REPEATS = "spec.pattern" stops "One text can be divided in too many ways by {}: write it so that there are few.";
    }

    "Parameters of operations", "For the people who build a site; no visitor sees them." {
        PARAM_UNKNOWN = "params.unknown" stops "The operation has no such parameter.";
        PARAM_ONE_OF = "params.one_of" stops "Exactly one of these parameters is needed: {}.";
        PARAM_ANY_OF = "params.any_of" stops "At least one of these parameters is needed: {}.";
        PARAM_COUNT_MANY = "params.many" stops "At most {} are allowed here.";
        PARAM_COUNT_FEW = "params.few" stops "At least {} are needed here.";
        PARAM_IPV4 = "params.ipv4" stops "This is not an IPv4 address.";
        PARAM_COOKIE = "params.cookie" stops "This is not a _mkto_trk cookie.";
        PARAM_OVERRIDDEN = "params.overridden" warns "The system ignores this parameter beside {}.";
        PARAM_NEEDS = "params.needs" stops "This parameter needs {} beside it.";
        PARAM_ONLY_WITH = "params.only_with" stops "This parameter works only with {}.";
        PARAM_EXCLUSIVE = "params.exclusive" stops "At most one of these parameters may be given: {}.";
        PARAM_SETS = "params.sets" stops "One of these sets of parameters is needed: {}.";
        PARAM_TIME = "params.time" stops "Use today, yesterday, last_7_days, this_month, last_month or YYYY-MM-DD HH:MM:SS.";
        PARAM_TIMESTAMP = "params.timestamp" stops "Use an ISO 8601 time with its offset, like 2026-10-31T17:00:00-0400.";
        PARAM_IDS = "params.ids" stops "An id has digits only.";
        PARAM_ORDER = "params.order" stops "This time must lie after {}.";
        PARAM_RANGE = "params.range" stops "The range may be one year at most.";
        PARAM_DUPLICATE = "params.duplicate" stops "The same key comes twice; the system takes each once.";
        PARAM_TRUE_ONLY = "params.true_only" stops "Only true is taken here.";
        PARAM_OPT_OUT = "params.opt_out" stops "The content needs %%unsubscribe%% or %%email_preference_center%%.";
        PARAM_COMPANY = "params.company" warns "Fields of the company may not change with the lead: one of Adobe's pages says so, another does not.";
        PARAM_NAME = "params.name" stops "A name begins with a letter and has letters, digits and _ only.";
        PARAM_FOREVER = "params.forever" warns "A field that was created can never be deleted, only hidden.";
        PARAM_STANDARD = "params.standard" stops "This cannot be changed of a standard field.";
        PARAM_ARGUMENT = "params.argument" stops "Only these are taken here: {}.";
        OPERATION_UNKNOWN = "params.operation" stops "There is no such operation.";
    }

    "Accounts", "For the people who build a site; no visitor sees them." {
        ACCOUNT_SYSTEM = "account.system" stops "The account's system is none, or not the one that is needed here.";
        ACCOUNT_BASE_URL = "account.base_url" stops "The base URL must be https, with a public host name and without credentials.";
        ACCOUNT_HOST = "account.host" stops "This host is not one of the system's; name it in allowHost to use it.";
        ACCOUNT_VERSION = "account.version" stops "The version must be 3 or 4.";
        ACCOUNT_BUSINESS_UNIT = "account.business_unit" stops "A business unit id has 18 letters and digits and begins with 0Uv.";
        ACCOUNT_TOKEN = "account.token" stops "The token has characters that a header cannot carry.";
        ACCOUNT_CREDENTIAL = "account.credential" stops "The account's {} is missing or empty. Put it into its credentials.";
        ACCOUNT_LOGIN_URL = "account.login_url" stops "Client credentials need the org's own loginUrl, as Setup > My Domain shows it: https://MYDOMAIN.my.salesforce.com, of a sandbox https://MYDOMAIN--NAME.sandbox.my.salesforce.com.";
    }

    "What Pardot says of an export", "" {
        CRM_STATE = "pardot.export_state" stops "The export has failed or was cancelled.";
        CRM_EXPIRED = "pardot.export_expired" stops "The export has expired, and its files are gone: they are kept for 7 days.";
    }

    "What the prospects API says of a lead that it stored", "" {
        STORED_PHONE_DROPPED = "prospects.phone_dropped" warns "The system stored the lead without its phone number.";
    }
}
