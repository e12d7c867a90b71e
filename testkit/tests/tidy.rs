//! The tree itself: which way dependencies point, what reaches the browser, and the habits a compiler cannot see.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

fn rust_files() -> Vec<(String, String)> {
    fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    let root = root();
    let mut found = Vec::new();
    for crate_dir in
        ["types", "ai", "domain", "app", "frontend", "widget", "server", "worker", "testkit", "bench", "xtask"]
    {
        for part in ["src", "tests"] {
            walk(&root.join(crate_dir).join(part), &mut found);
        }
    }
    assert!(found.len() > 150, "only {} files were found", found.len());
    found
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&root).expect("below the root").to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).expect("readable");
            (name, text)
        })
        .collect()
}

/// Crates below `package` for a target, by name.
fn tree(package: &str, target: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .current_dir(root())
        .args([
            "tree",
            "--offline",
            "--locked",
            "--package",
            package,
            "--target",
            target,
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ])
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

#[test]
fn the_browser_gets_no_server_code() {
    for package in ["frontend", "widget"] {
        let crates = tree(package, "wasm32-unknown-unknown");
        assert!(crates.contains("types"), "{package}: {crates:?}");
        for heavy in ["ai", "domain", "server", "worker", "sqlx", "tokio", "axum", "rten-gemm", "reqwest"] {
            assert!(!crates.contains(heavy), "{package} pulls {heavy} into the browser");
        }
    }
}

#[test]
fn dependencies_point_one_way() {
    let allowed: &[(&str, &[&str])] = &[
        ("types", &[]),
        ("ai", &["types"]),
        ("domain", &["types", "ai"]),
        ("app", &["types", "domain"]),
        ("frontend", &["app", "types"]),
        ("widget", &["types"]),
        ("worker", &["types", "domain"]),
        ("server", &["types", "domain", "app", "worker"]),
        ("testkit", &["types", "domain", "server", "worker"]),
        ("bench", &["domain"]),
        ("xtask", &[]),
    ];
    let ours: Vec<&str> = allowed.iter().map(|(name, _)| *name).collect();
    for (name, below) in allowed {
        let manifest = fs::read_to_string(root().join(name).join("Cargo.toml")).expect("a manifest");
        let normal =
            manifest.split("[dependencies]").nth(1).unwrap_or_default().split("\n[").next().unwrap_or_default();
        for line in normal.lines() {
            let dependency = line.split([' ', '=', '.']).next().unwrap_or_default();
            if ours.contains(&dependency) {
                assert!(below.contains(&dependency), "{name} may not depend on {dependency}");
            }
        }
    }
}

#[test]
fn one_tls_and_nothing_that_builds_c_plus_plus() {
    let crates = tree("server", "x86_64-unknown-linux-gnu");
    for banned in ["aws-lc-rs", "aws-lc-sys", "openssl", "openssl-sys", "native-tls", "cmake", "bindgen", "onig"] {
        assert!(!crates.contains(banned), "{banned} came in");
    }
    assert!(crates.contains("ring"));
}

#[test]
fn files_open_with_their_purpose_and_stay_short() {
    for (name, text) in rust_files() {
        assert!(text.starts_with("//!"), "{name} does not say what it is for");
        let lines = text.lines().count();
        assert!(lines <= 700, "{name} has {lines} lines; split it");
    }
}

#[test]
fn sql_stands_in_queries() {
    // The connection's own doors, and the list whose filters compose its statement.
    let elsewhere = ["domain/src/db/", "domain/src/conversations/list.rs"];
    for (name, text) in rust_files() {
        if !name.contains("/src/")
            || name.starts_with("xtask/")
            || name.ends_with("queries.rs")
            || name.contains("/queries/")
            || name.ends_with("tests.rs")
        {
            continue;
        }
        if elsewhere.iter().any(|allowed| name.starts_with(allowed)) {
            continue;
        }
        for marker in ["sqlx::query", "QueryBuilder", "raw_sql"] {
            assert!(!text.contains(marker), "{name} holds SQL ({marker})");
        }
    }
}

#[test]
fn nothing_is_left_unfinished() {
    // Spelled apart so that this file does not find itself.
    let marks = [
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
        concat!("#[al", "low("),
        concat!("#[ig", "nore"),
        concat!("FIX", "ME"),
        concat!("db", "g!("),
    ];
    for (name, text) in rust_files() {
        for mark in marks {
            assert!(!text.contains(mark), "{name} holds {mark}");
        }
    }
}

#[test]
fn the_clock_is_a_parameter() {
    for (name, text) in rust_files() {
        let clock = ["domain/src/clock.rs", "testkit/", "xtask/"].iter().any(|allowed| name.starts_with(allowed));
        if clock || !name.starts_with("domain/") && !name.starts_with("server/src") && !name.starts_with("worker/src") {
            continue;
        }
        for call in ["Utc::now(", "SystemTime::now(", "thread_rng("] {
            assert!(!text.contains(call), "{name} reads {call}) itself");
        }
    }
}
