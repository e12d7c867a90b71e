//! The languages the product speaks.

text_enum! {
    /// A supported language, by its ISO 639-1 code.
    Language {
        English = "en",
        Finnish = "fi",
        Swedish = "sv",
        German = "de",
        French = "fr",
    }
}

impl Language {
    /// The language's own name.
    pub const fn endonym(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Finnish => "Suomi",
            Self::Swedish => "Svenska",
            Self::German => "Deutsch",
            Self::French => "Français",
        }
    }

    /// Its name in English.
    pub const fn english_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Finnish => "Finnish",
            Self::Swedish => "Swedish",
            Self::German => "German",
            Self::French => "French",
        }
    }
}
