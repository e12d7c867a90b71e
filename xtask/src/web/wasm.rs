//! A browser crate: cargo, then wasm-bindgen (as a library, so that its version is always the
//! one in Cargo.lock), then wasm-opt.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};
use wasm_bindgen_cli_support::Bindgen;

use super::stamp::{Stamp, files_below};

const TARGET: &str = "wasm32-unknown-unknown";
const SMALL: &str = "wasm-release";
/// What every browser since 2022 supports and the compiler emits.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-reference-types",
    "--enable-multivalue",
];
/// Changes when the steps here change, so that old output is not taken for new.
const RECIPE: &[u8] = b"2";

#[derive(Clone, Copy)]
pub(super) struct Program {
    pub(super) package: &'static str,
    /// Stem of the JavaScript file.
    pub(super) name: &'static str,
    pub(super) always_small: bool,
}

/// The output of one program, in a directory of its own.
pub(super) struct Built {
    directory: PathBuf,
    name: &'static str,
}

impl Built {
    pub(super) fn glue(&self) -> anyhow::Result<Vec<u8>> {
        read(&self.directory.join(format!("{}.js", self.name)))
    }

    pub(super) fn wasm(&self) -> anyhow::Result<Vec<u8>> {
        read(&self.directory.join(format!("{}_bg.wasm", self.name)))
    }

    /// JavaScript that crates bring along; the glue imports it by these relative paths.
    pub(super) fn snippets(&self) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
        let directory = self.directory.join("snippets");
        let files = files_below(&directory)?;
        files
            .into_iter()
            .map(|file| {
                let path = file.strip_prefix(&directory).context("a snippet outside its directory")?;
                Ok((path.to_string_lossy().into_owned(), read(&file)?))
            })
            .collect()
    }
}

pub(super) fn build(root: &Path, work: &Path, program: Program, release: bool) -> anyhow::Result<Built> {
    let small = release || program.always_small;
    let compiled = compile(root, program.package, small)?;
    let built = Built { directory: work.join(program.name), name: program.name };
    let wasm = read(&compiled)?;
    let kind: &[u8] = if small { b"small" } else { b"quick" };
    let stamp = Stamp::new(work.join(format!("{}.stamp", program.name)), [RECIPE, kind, &wasm]);
    if stamp.is_current(&built.directory) {
        return Ok(built);
    }
    stamp.clear();
    if built.directory.exists() {
        fs::remove_dir_all(&built.directory).context("removing the previous output")?;
    }
    bind(&built, wasm)?;
    if small {
        optimise(root, &built)?;
    }
    stamp.set()?;
    Ok(built)
}

/// Answers with the path of the compiled module.
fn compile(root: &Path, package: &str, small: bool) -> anyhow::Result<PathBuf> {
    let profile = if small { SMALL } else { "dev" };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .current_dir(root)
        .args(["build", "--quiet", "--lib", "--package", package])
        .args(["--target", TARGET, "--profile", profile])
        .status()
        .context("running cargo")?;
    ensure!(status.success(), "{package} does not build for {TARGET}");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let directory = if small { SMALL } else { "debug" };
    Ok(target.join(TARGET).join(directory).join(package.replace('-', "_")).with_extension("wasm"))
}

fn bind(built: &Built, wasm: Vec<u8>) -> anyhow::Result<()> {
    let outcome = Bindgen::new().input_bytes(built.name, wasm).web(true).map(|bindgen| {
        bindgen
            .typescript(false)
            // The page names the module's hashed address itself.
            .omit_default_module_path(true)
            .keep_debug(false)
            // Names of functions are half of a quick build, and every page load pays for them.
            .remove_name_section(true)
            .remove_producers_section(true)
            .generate(&built.directory)
    });
    match outcome {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) | Err(error) => bail!("wasm-bindgen failed for {}: {error:#}", built.name),
    }
}

fn optimise(root: &Path, built: &Built) -> anyhow::Result<()> {
    let wasm = built.directory.join(format!("{}_bg.wasm", built.name));
    let smaller = wasm.with_extension("opt");
    let status = Command::new(root.join("node_modules/.bin/wasm-opt"))
        .args(["-Oz", "--strip-debug"])
        .args(WASM_FEATURES)
        .arg(&wasm)
        .arg("--output")
        .arg(&smaller)
        .status()
        .context("running wasm-opt: run scripts/setup")?;
    ensure!(status.success(), "wasm-opt failed for {}", built.name);
    fs::rename(&smaller, &wasm).context("replacing the module")
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("reading {}", path.display()))
}
