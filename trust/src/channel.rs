//! Whom a release is for.

/// Development releases may be signed with published keys; production releases may not.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// For desks and laboratories.
    #[default]
    Development,
    /// For devices in the field.
    Production,
}

impl Channel {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Development, Self::Production];

    /// The channel with this [`Self::word`].
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.word() == word)
    }

    /// `development` or `production`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
        }
    }
}
