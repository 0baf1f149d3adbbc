//! What a check of accounts and mappings finds before the first lead.

use super::{Code, Row, Section, Weight};

macro_rules! found {
    ($(#[$doc:meta])* $section:ident = $title:literal, $note:literal {
        $($id:ident = $name:literal $weight:ident $says:literal;)*
    }) => {
        $(
            #[doc = concat!("`", $name, "`")]
            pub const $id: Code = Code::new(0, $name, $says);
        )*

        $(#[$doc])*
        pub const $section: Section = Section {
            title: $title,
            note: $note,
            rows: &[$(Row { name: $name, sentence: $says, weight: weight!($weight), means: "", mend: "" }),*],
        };
    };
}

found! {
    /// What is wrong with an account.
    ACCOUNTS = "What a check of an account finds",
    "Beside what keeps it from a token, `auth.*` and `account.*`, and the system's own codes: [errors.md](errors.md)." {
        KEY = "account.private_key" stops "privateKey is no private key. Put the whole PEM there, from its line BEGIN PRIVATE KEY to its line END PRIVATE KEY.";
        KEY_PKCS1 = "account.private_key_pkcs1" stops "privateKey is PKCS#1 (BEGIN RSA PRIVATE KEY), and PKCS#8 is needed. Make it of the same key: openssl pkcs8 -topk8 -nocrypt -in key.pem";
        KEY_ENCRYPTED = "account.private_key_encrypted" stops "privateKey is encrypted. Put it there without a password: openssl pkcs8 -topk8 -nocrypt -in key.pem";
        KEY_PUBLIC = "account.private_key_public" stops "privateKey is a certificate or a public key, which the app gets. Put the private key that belongs to it there.";
        SCOPE = "auth.scope" either "The token is for other things than Pardot. Add the scope pardot_api to the app.";
        VERSION = "check.version" warns "The account speaks version {} of the API. Set version to it.";
        TOKEN = "check.token" stops "The system refuses the token that it has just given. Compare the API user, its role and the account's address.";
        LATER = "check.later" warns "The system had no time ({}). Check again later.";
        UNREACHED = "check.unreached" stops "The system gave no answer of its own ({}). Is baseUrl right?";
    }
}

found! {
    /// What is wrong with a mapping.
    MAPPINGS = "What a check of a mapping finds",
    "`field` is the parameter that the mapping names." {
        UNKNOWN = "map.unknown" stops "The system has no such field. Mend its name in the map, or create the field.";
        NOT_ON_FORM = "map.not_on_form" stops "The field is not on the form, so Marketo skips each lead whole. Add it to the form in Marketo, or take it out of the map.";
        READ_ONLY = "map.read_only" stops "The system lets nobody write this field. Take it out of the map.";
        NO_SOURCE = "map.source" stops "The form has no field {}. Mend the name, or add the field.";
        MISSING = "map.required" stops "The system needs this, and nothing is mapped to it. Map a field to it, or set it in constants.";
        OPTIONAL = "map.optional" warns "The system needs this, and a visitor may leave {} out. Make that field required.";
        TYPE = "map.type" stops "The system expects another kind of value here: {}. Change the kind of the form's field, or map another one.";
        LONG = "map.long" warns "The system takes {} characters here, and the form's field more. Set its max.";
        FORM = "map.form" stops "Marketo has no form of this id. Compare formId with the form's address in Marketo.";
        UNREAD = "map.unread" warns "The system's own fields could not be read ({}), so names and kinds were not compared. Let the API user read them.";
    }
}
