//! The browser's files: what `cargo xtask web` built, and under which hashed names.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::Context as _;

pub struct Site {
    root: PathBuf,
    manifest: BTreeMap<String, String>,
    public: Vec<String>,
}

impl Site {
    /// Reads `manifest.json` of the site root.
    ///
    /// # Errors
    /// When the files have not been built.
    pub fn open(root: &Path) -> anyhow::Result<Self> {
        let file = root.join("manifest.json");
        let text = std::fs::read_to_string(&file)
            .with_context(|| format!("{} is missing; build it with `cargo xtask web`", file.display()))?;
        let manifest = serde_json::from_str(&text).with_context(|| format!("{} is damaged", file.display()))?;
        let mut public = Vec::new();
        files_below(root, Path::new(""), &mut public)?;
        Ok(Self { root: root.to_owned(), manifest, public })
    }

    /// A site without files, for tests of the API alone.
    pub fn empty() -> Self {
        Self { root: PathBuf::from("/nonexistent"), manifest: BTreeMap::new(), public: Vec::new() }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The URL path of a file by its plain name.
    pub fn path(&self, name: &str) -> String {
        self.manifest.get(name).cloned().unwrap_or_default()
    }

    /// Files with fixed names, such as `widget.js` and `robots.txt`, relative to the root.
    pub fn public_files(&self) -> &[String] {
        &self.public
    }
}

fn files_below(root: &Path, sub: &Path, found: &mut Vec<String>) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(root.join(sub))? {
        let entry = entry?;
        let path = sub.join(entry.file_name());
        let Some(name) = path.to_str() else { continue };
        let twin = ["br", "gz"].iter().any(|ending| path.extension().is_some_and(|e| e == *ending));
        if entry.file_type()?.is_dir() {
            if name != "pkg" {
                files_below(root, &path, found)?;
            }
        } else if !twin && name != "manifest.json" && name != "demo.html" && !name.starts_with('.') {
            found.push(name.to_owned());
        }
    }
    Ok(())
}
