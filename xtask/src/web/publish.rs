//! The site directory: hashed names, compressed twins beside each file, the manifest, and the
//! removal of what no page asks for any more.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;

use super::stamp::{digest, files_below};

/// A page that is open while the site is rebuilt may still load the files it was given.
const KEPT_FOR: Duration = Duration::from_hours(1);
/// Below this size compression saves no packet.
const WORTH_COMPRESSING: usize = 512;

pub(super) struct Site<'a> {
    root: &'a Path,
    cache: &'a Path,
    release: bool,
    /// Logical name to address.
    manifest: BTreeMap<String, String>,
    files: BTreeSet<PathBuf>,
    cached: BTreeSet<PathBuf>,
}

impl<'a> Site<'a> {
    pub(super) fn open(root: &'a Path, cache: &'a Path, release: bool) -> anyhow::Result<Self> {
        for directory in [&root.join("pkg"), cache] {
            fs::create_dir_all(directory).with_context(|| format!("creating {}", directory.display()))?;
        }
        Ok(Self { root, cache, release, manifest: BTreeMap::new(), files: BTreeSet::new(), cached: BTreeSet::new() })
    }

    /// Publishes under `/pkg/` with the content's hash in the name, to be cached for ever.
    pub(super) fn add(&mut self, name: &str, content: &[u8]) -> anyhow::Result<()> {
        let content = self.resolve(name, content);
        let hash = &digest(&content)[..16];
        let path = match name.rsplit_once('.') {
            Some((stem, extension)) => format!("pkg/{stem}.{hash}.{extension}"),
            None => format!("pkg/{name}.{hash}"),
        };
        self.write(&path, &content)?;
        self.manifest.insert(name.to_owned(), format!("/{path}"));
        Ok(())
    }

    /// Publishes at a fixed address.
    pub(super) fn add_at(&mut self, path: &str, content: &[u8]) -> anyhow::Result<()> {
        let content = self.resolve(path, content);
        self.write(path, &content)
    }

    /// The static files, at the root of the site.
    pub(super) fn add_public(&mut self, directory: &Path) -> anyhow::Result<()> {
        for file in files_below(directory)? {
            let path = file.strip_prefix(directory).context("a static file outside its directory")?;
            let content = fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
            self.add_at(&path.to_string_lossy(), &content)?;
        }
        Ok(())
    }

    /// Writes the manifest, then removes old files.
    pub(super) fn finish(mut self) -> anyhow::Result<()> {
        let manifest = serde_json::to_vec_pretty(&self.manifest).context("writing the manifest")?;
        self.write("manifest.json", &manifest)?;
        for file in files_below(self.root)? {
            if !self.files.contains(&file) && !is_recent(&file) {
                fs::remove_file(&file).with_context(|| format!("removing {}", file.display()))?;
            }
        }
        for file in files_below(self.cache)? {
            if !self.cached.contains(&file) {
                fs::remove_file(&file).with_context(|| format!("removing {}", file.display()))?;
            }
        }
        Ok(())
    }

    /// Replaces the plain addresses of what is published already by the hashed ones.
    fn resolve(&self, name: &str, content: &[u8]) -> Vec<u8> {
        let is_text = ["css", "js", "html", "webmanifest"].contains(&extension(name));
        match std::str::from_utf8(content) {
            Ok(text) if is_text => self
                .manifest
                .iter()
                .fold(text.to_owned(), |text, (name, address)| text.replace(&format!("/pkg/{name}"), address))
                .into_bytes(),
            _ => content.to_vec(),
        }
    }

    fn write(&mut self, path: &str, content: &[u8]) -> anyhow::Result<()> {
        let file = self.root.join(path);
        replace(&file, content)?;
        self.files.insert(file.clone());
        if !compresses(path) || content.len() < WORTH_COMPRESSING {
            return Ok(());
        }
        for encoding in [Encoding::Brotli, Encoding::Gzip] {
            let twin = PathBuf::from(format!("{}.{}", file.display(), encoding.suffix()));
            replace(&twin, &self.compressed(content, encoding)?)?;
            self.files.insert(twin);
        }
        Ok(())
    }

    /// Compression at full strength takes seconds, so its results are kept by content.
    fn compressed(&mut self, content: &[u8], encoding: Encoding) -> anyhow::Result<Vec<u8>> {
        let effort = if self.release { "best" } else { "quick" };
        let kept = self.cache.join(format!("{}.{effort}.{}", digest(content), encoding.suffix()));
        self.cached.insert(kept.clone());
        if let Ok(compressed) = fs::read(&kept) {
            return Ok(compressed);
        }
        let compressed = encoding.compress(content, self.release).context("compressing")?;
        replace(&kept, &compressed)?;
        Ok(compressed)
    }
}

#[derive(Clone, Copy)]
enum Encoding {
    Brotli,
    Gzip,
}

impl Encoding {
    /// What the server looks for beside a file.
    fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gz",
        }
    }

    fn compress(self, content: &[u8], best: bool) -> std::io::Result<Vec<u8>> {
        match self {
            Self::Brotli => {
                let quality = if best { 11 } else { 3 };
                let mut writer = brotli::CompressorWriter::new(Vec::new(), 1 << 16, quality, 22);
                writer.write_all(content)?;
                Ok(writer.into_inner())
            }
            Self::Gzip => {
                let level = flate2::Compression::new(if best { 9 } else { 4 });
                let mut writer = flate2::write::GzEncoder::new(Vec::new(), level);
                writer.write_all(content)?;
                writer.finish()
            }
        }
    }
}

fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

fn compresses(name: &str) -> bool {
    ["css", "html", "js", "json", "svg", "txt", "wasm", "webmanifest", "xml"].contains(&extension(name))
}

/// Leaves an equal file alone, and never shows half of a new one.
fn replace(file: &Path, content: &[u8]) -> anyhow::Result<()> {
    if fs::read(file).is_ok_and(|present| present == content) {
        return Ok(());
    }
    if let Some(directory) = file.parent() {
        fs::create_dir_all(directory).with_context(|| format!("creating {}", directory.display()))?;
    }
    let fresh = PathBuf::from(format!("{}.new", file.display()));
    fs::write(&fresh, content)
        .and_then(|()| fs::rename(&fresh, file))
        .with_context(|| format!("writing {}", file.display()))
}

/// A file whose age cannot be told is kept.
fn is_recent(file: &Path) -> bool {
    let age = fs::metadata(file).and_then(|metadata| metadata.modified());
    age.ok().and_then(|time| time.elapsed().ok()).is_none_or(|age| age < KEPT_FOR)
}
