//! The stylesheet (Tailwind over `style/main.css` and the class names in the sources) and the
//! fonts it names.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};

use super::stamp::{Stamp, files_below};

/// Where class names may stand.
const SOURCES: [&str; 4] = ["app/src", "widget/src", "server/src", "style"];

/// Answers with the path of the finished stylesheet.
pub(super) fn build(root: &Path, work: &Path) -> anyhow::Result<PathBuf> {
    fs::create_dir_all(work).with_context(|| format!("creating {}", work.display()))?;
    let output = work.join("main.css");
    let mut inputs = vec![read(&root.join("package-lock.json"))?];
    for directory in SOURCES {
        for file in files_below(&root.join(directory))? {
            inputs.push(file.as_os_str().as_encoded_bytes().to_vec());
            inputs.push(read(&file)?);
        }
    }
    let stamp = Stamp::new(work.join("main.css.stamp"), inputs.iter().map(Vec::as_slice));
    if stamp.is_current(&output) {
        return Ok(output);
    }
    stamp.clear();
    let tailwind = Command::new(root.join("node_modules/.bin/tailwindcss"))
        .current_dir(root)
        .args(["--minify", "--input", "style/main.css", "--output"])
        .arg(&output)
        .output()
        .context("running tailwindcss: run scripts/setup")?;
    ensure!(tailwind.status.success(), "tailwindcss failed: {}", String::from_utf8_lossy(&tailwind.stderr).trim());
    stamp.set()?;
    Ok(output)
}

pub(super) struct Font {
    /// Name in the manifest, and after `/pkg/` in the stylesheet.
    pub(super) name: String,
    file: PathBuf,
}

impl Font {
    pub(super) fn read(&self) -> anyhow::Result<Vec<u8>> {
        read(&self.file)
    }
}

/// Inter's variable weights for the languages of the interface.
pub(super) fn fonts(root: &Path) -> impl Iterator<Item = Font> {
    let files = root.join("node_modules/@fontsource-variable/inter/files");
    ["latin", "latin-ext"].into_iter().map(move |subset| Font {
        name: format!("inter-{subset}.woff2"),
        file: files.join(format!("inter-{subset}-wght-normal.woff2")),
    })
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("reading {}", path.display()))
}
