//! Attachments: files that go with messages.

response! {
    /// A stored file, named in public by its unguessable token.
    pub struct Attachment {
        pub token: String,
        pub file_name: String,
        pub content_type: String,
        /// Size in bytes.
        pub size: i64,
        /// Path to download it from.
        pub url: String,
    }
}
