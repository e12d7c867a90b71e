//! Backup and restore of a whole installation: the database as one consistent moment, the uploaded files, and the
//! secrets, in one directory. PostgreSQL's own tools do the database, so a backup outlives this version of the product.

use std::{
    fs,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context as _, bail, ensure};
use tokio::process::Command;

use crate::{
    auth::vault,
    boot,
    db::{
        bootstrap,
        embedded::{Embedded, EmbeddedOptions, Running, find_binaries},
    },
};

const DATABASE: &str = "database.dump";
const UPLOADS: &str = "uploads";
/// Files of the data directory without which what the database holds could not be used.
const SECRETS: [&str; 2] = ["secret", vault::FILE];

/// Which installation.
pub struct Installation {
    pub data_dir: PathBuf,
    /// An administrator's URL of an external PostgreSQL; the embedded one otherwise, running or not.
    pub database_url: Option<String>,
    pub secret: Option<String>,
    pub production: bool,
}

/// The installation's database, and the server when it had to be started for this.
struct Database {
    url: String,
    started: Option<Embedded>,
}

impl Database {
    async fn open(installation: &Installation) -> anyhow::Result<Self> {
        if let Some(url) = &installation.database_url {
            return Ok(Self { url: url.clone(), started: None });
        }
        if let Some(running) = Running::find(&installation.data_dir) {
            return Ok(Self { url: running.admin_url("postgres"), started: None });
        }
        let data_dir = installation.data_dir.canonicalize()?;
        let embedded = Embedded::start(EmbeddedOptions { data_dir, binaries: find_binaries()?, durable: true }).await?;
        Ok(Self { url: embedded.admin_url("postgres"), started: Some(embedded) })
    }

    /// Stops what was started, whatever came of the work.
    async fn close<T>(self, outcome: anyhow::Result<T>) -> anyhow::Result<T> {
        let stopped = match self.started {
            Some(embedded) => embedded.stop().await,
            None => Ok(()),
        };
        let value = outcome?;
        stopped.map(|()| value)
    }
}

/// Writes a backup to the directory `to`, which must not exist. The product may go on running.
///
/// # Errors
/// One line that says what is missing. Nothing is left under the name `to` then.
pub async fn backup(installation: &Installation, to: &Path) -> anyhow::Result<()> {
    ensure!(!to.exists(), "{} exists already; name a new directory", to.display());
    ensure!(installation.data_dir.is_dir(), "there is no installation in {}", installation.data_dir.display());
    // Complete under its name, or not there at all.
    let mut partial = to.components().collect::<PathBuf>().into_os_string();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    if partial.exists() {
        fs::remove_dir_all(&partial)?;
    }
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&partial)?;
    let database = Database::open(installation).await?;
    let file = partial.join(DATABASE);
    let dumped = tool("pg_dump", &database.url, &["--format=custom".as_ref(), "--file".as_ref(), &file]).await;
    database.close(dumped).await?;
    // After the database: bytes are stored before the row that names them, so every row finds its file.
    copy(&installation.data_dir.join(UPLOADS), &partial.join(UPLOADS))?;
    for name in SECRETS {
        let secret = installation.data_dir.join(name);
        if secret.is_file() {
            fs::copy(&secret, partial.join(name))?;
        }
    }
    fs::rename(&partial, to).with_context(|| format!("cannot name the backup {}", to.display()))
}

/// Brings a backup back into an installation that holds nothing yet, and migrates it to this version.
///
/// # Errors
/// One line: not a backup, or the installation is not empty.
pub async fn restore(installation: &Installation, from: &Path) -> anyhow::Result<()> {
    let dump = from.join(DATABASE);
    ensure!(dump.is_file(), "{} is not a backup: it holds no {DATABASE}", from.display());
    fs::create_dir_all(&installation.data_dir)?;
    let uploads = installation.data_dir.join(UPLOADS);
    let used = fs::read_dir(&uploads).is_ok_and(|mut files| files.next().is_some());
    ensure!(!used, "{} holds files already; restore into a new installation", uploads.display());
    for name in SECRETS {
        let secret = installation.data_dir.join(name);
        if !secret.exists() && from.join(name).is_file() {
            fs::copy(from.join(name), &secret)?;
        }
    }
    let secrets = boot::secrets(installation.secret.clone(), &installation.data_dir, installation.production)?;
    let database = Database::open(installation).await?;
    let restored = async {
        bootstrap::prepare_empty(&database.url, &secrets).await?;
        let options = ["--exit-on-error".as_ref(), "--single-transaction".as_ref(), dump.as_path()];
        tool("pg_restore", &database.url, &options).await?;
        copy(&from.join(UPLOADS), &uploads)?;
        bootstrap::prepare(&database.url, &secrets).await
    };
    let restored = restored.await.map(|_| ());
    database.close(restored).await
}

/// Runs one of PostgreSQL's programs on a database. The password goes through the environment, which other users
/// cannot read.
async fn tool(name: &str, url: &str, arguments: &[&Path]) -> anyhow::Result<()> {
    let (url, password) = without_password(url)?;
    let mut command = Command::new(find_binaries()?.join("bin").join(name));
    command.arg("--no-password").args(["--dbname", &url]).args(arguments).stdin(Stdio::null()).stdout(Stdio::null());
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    let output = command.output().await.with_context(|| format!("cannot run {name}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{}", said.lines().find(|line| line.contains("error:")).unwrap_or(name));
    }
    Ok(())
}

fn without_password(url: &str) -> anyhow::Result<(String, Option<String>)> {
    let mut url = url::Url::parse(url).context("DATABASE_URL is not a URL")?;
    let password = url.password().map(decoded);
    if password.is_some() {
        ensure!(url.set_password(None).is_ok(), "DATABASE_URL has no host");
    }
    Ok((url.into(), password))
}

/// Undoes percent-encoding.
fn decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        if let Some(byte) = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            bytes.push(byte);
            bytes.extend_from_slice(&part.as_bytes()[2..]);
        } else {
            bytes.push(b'%');
            bytes.extend_from_slice(part.as_bytes());
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Copies a directory and all below it. One that is not there is empty.
fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    let Ok(entries) = fs::read_dir(from) else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy(&source, &target)?;
        } else if let Err(error) = fs::copy(&source, &target) {
            // An upload that no message took may be swept away meanwhile.
            ensure!(error.kind() == std::io::ErrorKind::NotFound, "cannot copy {}: {error}", source.display());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_never_stands_on_a_command_line() {
        let (url, password) =
            without_password("postgres://me:p%40ss%2Fw%C3%B6rd@db.test:5433/desk?host=%2Frun").unwrap();
        assert_eq!(password.as_deref(), Some("p@ss/wörd"));
        assert_eq!(url, "postgres://me@db.test:5433/desk?host=%2Frun");
        assert_eq!(without_password("postgres://me@db.test/desk").unwrap().1, None);
        assert_eq!(decoded("100%"), "100%");
    }
}
