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
    /// `development` or `production`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
        }
    }
}
