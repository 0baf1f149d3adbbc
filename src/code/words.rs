//! What is said to a visitor beside the codes. `{}` is where names, times or addresses go.

/// What an attached form says. Only `stored` and `queued` may say that something was received, and only `saved` that it
/// will be sent.
pub const FORM: &[(&str, &str)] = &[
    ("check", "Please check: {}"),
    ("use", "Use {}"),
    ("busy", "Sending…"),
    ("stored", "Thank you. We have received your request."),
    ("queued", "Thank you. We have your request."),
    (
        "saved",
        "Your request is saved on this device and will be sent again until it arrives: keep this page open, or come back within 24 hours.",
    ),
    (
        "waits",
        "Your request of {} is saved on this device and has not arrived yet. It is sent by itself; you need not send it again.",
    ),
    ("lost", "Your request of {} did not arrive. Please send it again."),
    ("refused", "Your request was not accepted. Your entries are still here."),
    (
        "retry",
        "We could not take your request just now. Your entries are still here; please send them again in a moment.",
    ),
    (
        "unknown",
        "We cannot tell whether your request arrived. Your entries are still here; sending them again makes no second request.",
    ),
    ("file", "Other way to send a file"),
    ("file.unsupported", "This form cannot take files."),
    ("browser.invalid", "Please check this field."),
];

/// What stands on a page of the relay's own, around the form.
pub const PAGE: &[(&str, &str)] = &[
    ("page.title", "Your request"),
    ("page.check", "Please check your entries"),
    ("page.refused", "Your request was not taken"),
    ("page.moment", "Please wait a moment"),
    ("page.unsure", "We cannot tell whether your request was taken"),
    ("page.address", "This address only receives a form"),
    ("page.unread", "The form could not be read."),
    (
        "page.mistake",
        "The page that sent this form made a mistake. You can send the form from here.",
    ),
    ("page.correct", "Correct what is marked, and send the form again."),
    ("page.entries", "Your entries are still here."),
    ("page.once", "Sent again without changes, it is taken only once."),
    ("page.wait", "Please send it again in {}."),
    ("page.again", "Send again"),
    (
        "page.back",
        "Use your browser’s Back button to return to the form; your entries may still be there.",
    ),
    ("page.site", "The form is on {}."),
    ("page.contact", "You can also reach us here: {}"),
    ("page.optional", "optional"),
];
