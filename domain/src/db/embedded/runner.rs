//! Who runs PostgreSQL: ourselves, or the system user `hummdesk` when we are root, because
//! PostgreSQL refuses to run as root.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

const USER: &str = "hummdesk";

/// An unprivileged user that runs the server on behalf of root.
#[derive(Clone, Copy, Debug)]
pub(super) struct Runner {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl Runner {
    /// `None` when this process is not root and simply runs the server itself.
    pub(super) fn find() -> anyhow::Result<Option<Self>> {
        if !is_root() {
            return Ok(None);
        }
        let users = fs::read_to_string("/etc/passwd").context("reading /etc/passwd")?;
        match parse_user(&users, USER) {
            Some(runner) => Ok(Some(runner)),
            None => {
                bail!("PostgreSQL refuses to run as root and the system user `{USER}` is missing: run scripts/setup")
            }
        }
    }

    pub(super) fn impersonate(self, command: &mut Command) {
        command.uid(self.uid).gid(self.gid);
    }

    /// Whether this user may pass through every directory on the way to `path`, itself included.
    /// `path` is absolute and free of symbolic links.
    pub(super) fn can_reach(self, path: &Path) -> bool {
        path.ancestors().all(|directory| {
            fs::metadata(directory).is_ok_and(|metadata| {
                let execute = if metadata.uid() == self.uid {
                    0o100
                } else if metadata.gid() == self.gid {
                    0o010
                } else {
                    0o001
                };
                metadata.mode() & execute != 0
            })
        })
    }
}

/// The directory `scripts/setup` fills; the same rule stands in `scripts/env`.
pub fn cache_dir() -> anyhow::Result<PathBuf> {
    if let Some(directory) = std::env::var_os("HUMMDESK_CACHE") {
        return Ok(PathBuf::from(directory));
    }
    if is_root() {
        // Below /root the unprivileged server could not read its own programs.
        return Ok(PathBuf::from("/var/cache/hummdesk"));
    }
    match (std::env::var_os("XDG_CACHE_HOME"), std::env::home_dir()) {
        (Some(cache), _) => Ok(PathBuf::from(cache).join("hummdesk")),
        (None, Some(home)) => Ok(home.join(".cache/hummdesk")),
        (None, None) => bail!("no home directory: set HUMMDESK_CACHE"),
    }
}

/// The kernel shows a process's effective user as the owner of its entry in /proc.
pub(super) fn current_uid() -> Option<u32> {
    fs::metadata("/proc/self").ok().map(|metadata| metadata.uid())
}

fn is_root() -> bool {
    current_uid() == Some(0)
}

pub(super) fn parse_user(passwd: &str, name: &str) -> Option<Runner> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next() != Some(name) {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(Runner { uid, gid })
    })
}
