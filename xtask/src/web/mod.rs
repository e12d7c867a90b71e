//! `web`: everything a browser loads, from source to `target/site`.
//!
//! Sources name an asset by its plain address (`/pkg/inter-latin.woff2`); here it gets the address
//! that carries its content's hash. `manifest.json` tells the server the same.

use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, anyhow};

mod publish;
mod stamp;
mod styles;
mod wasm;

use publish::Site;

/// The two browser programs; the widget is always built small, because customers' pages load it.
const FRONTEND: wasm::Program = wasm::Program { package: "frontend", name: "frontend", always_small: false };
const WIDGET: wasm::Program = wasm::Program { package: "widget", name: "widget-app", always_small: true };

/// Builds into `HUMMDESK_SITE_ROOT`, or `target/site` of the clone at `root`. The manifest is
/// replaced last, so a server that reads it at any moment finds every file it names.
pub(crate) fn build(root: &Path, release: bool) -> anyhow::Result<()> {
    let work = root.join("target/web");
    let site_root = std::env::var_os("HUMMDESK_SITE_ROOT").map_or_else(|| root.join("target/site"), PathBuf::from);
    let (styles, frontend, widget) = thread::scope(|scope| {
        let styles = scope.spawn(|| styles::build(root, &work));
        let frontend = wasm::build(root, &work, FRONTEND, release)?;
        let widget = wasm::build(root, &work, WIDGET, release)?;
        let styles = styles.join().map_err(|_| anyhow!("the style build panicked"))??;
        anyhow::Ok((styles, frontend, widget))
    })?;

    let compressed = work.join("compressed");
    let mut site = Site::open(&site_root, &compressed, release)?;
    for font in styles::fonts(root) {
        site.add(&font.name, &font.read()?)?;
    }
    for (program, built) in [(FRONTEND, frontend), (WIDGET, widget)] {
        // The widget's glue is `widget-app.js`; the plain loader is `/widget.js`.
        site.add(&format!("{}.wasm", program.package), &built.wasm()?)?;
        site.add(&format!("{}.js", program.name), &built.glue()?)?;
        for (path, snippet) in built.snippets()? {
            site.add_at(&format!("pkg/snippets/{path}"), &snippet)?;
        }
    }
    let css = std::fs::read(&styles).with_context(|| format!("reading {}", styles.display()))?;
    site.add("main.css", &css)?;
    site.add_public(&root.join("public"))?;
    site.finish()
}
