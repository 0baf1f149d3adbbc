//! The three systems by name.

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    Marketo,
    Pardot,
    Prospects,
}

impl Name {
    pub(crate) const ALL: [Self; 3] = [Self::Marketo, Self::Pardot, Self::Prospects];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Marketo => "marketo",
            Self::Pardot => "pardot",
            Self::Prospects => "prospects",
        }
    }
}
