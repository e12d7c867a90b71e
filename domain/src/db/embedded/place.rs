//! Where a cluster lives: its directories, its one owner, and its creation by `initdb`.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail, ensure};

use super::runner::{Runner, current_uid};
use super::settings;
use super::{EmbeddedOptions, Running};

/// A socket's whole path must fit into 108 bytes (`sun_path`), its file name included.
const LONGEST_SOCKET_DIR: usize = 89;
/// Clusters of root whose data directory the unprivileged server could not reach.
const REACHABLE_HOMES: &str = "/var/lib/hummdesk";
const LARGEST_LOG: u64 = 16 * 1024 * 1024;

/// A prepared cluster, owned by this process for as long as the value lives.
#[derive(Debug)]
pub(super) struct Place {
    home: PathBuf,
    binaries: PathBuf,
    runner: Option<Runner>,
    pub(super) socket_dir: PathBuf,
    pub(super) password: String,
    _lock: File,
}

impl Place {
    /// Blocking: touches the disk and may run `initdb` for some seconds.
    pub(super) fn prepare(options: &EmbeddedOptions) -> anyhow::Result<Self> {
        let runner = Runner::find()?;
        let binaries = reachable_binaries(&options.binaries, runner)?;
        let home = find_home(&options.data_dir, runner)?;
        let lock = take_ownership(&home)?;
        let place = Self {
            socket_dir: make_socket_dir(&home, runner)?,
            password: keep_password(&home, runner)?,
            home,
            binaries,
            runner,
            _lock: lock,
        };
        if !place.cluster().join("PG_VERSION").is_file() {
            place.create_cluster(options.durable)?;
        }
        let conf = settings::render(settings::memory(), options.durable, &place.socket_dir);
        place.write_for_server(&place.cluster().join("hummdesk.conf"), &conf)?;
        place.forget_dead_postmaster()?;
        place.rotate_log()?;
        Ok(place)
    }

    pub(super) fn cluster(&self) -> PathBuf {
        self.home.join("data")
    }

    pub(super) fn log_file(&self) -> PathBuf {
        self.home.join("postgres.log")
    }

    pub(super) fn pid_file(&self) -> PathBuf {
        self.cluster().join("postmaster.pid")
    }

    pub(super) fn binary(&self, name: &str) -> PathBuf {
        self.binaries.join("bin").join(name)
    }

    /// A command that runs as the server's user, in a directory that user may enter, and blind to
    /// the caller's `PG*` and locale variables.
    pub(super) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LC_ALL", "C.UTF-8")
            .current_dir(&self.home);
        if let Some(runner) = self.runner {
            runner.impersonate(&mut command);
        }
        command
    }

    /// The live postmaster of this cluster. The pid file alone proves nothing: after a crash its
    /// number may belong to a stranger, so the process must also name our directory.
    pub(super) fn postmaster_pid(&self) -> Option<u32> {
        let text = fs::read_to_string(self.pid_file()).ok()?;
        let pid: u32 = text.lines().next()?.trim().parse().ok()?;
        let arguments = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        let cluster = self.cluster();
        arguments
            .split(|byte| *byte == 0)
            .any(|argument| argument == cluster.as_os_str().as_encoded_bytes())
            .then_some(pid)
    }

    /// PostgreSQL itself refuses to start while the number in a stale pid file belongs to any
    /// process of the same user.
    fn forget_dead_postmaster(&self) -> anyhow::Result<()> {
        let pid_file = self.pid_file();
        if self.postmaster_pid().is_some() || !pid_file.exists() {
            return Ok(());
        }
        fs::remove_file(&pid_file).with_context(|| format!("removing {}", pid_file.display()))
    }

    fn rotate_log(&self) -> anyhow::Result<()> {
        let log = self.log_file();
        if fs::metadata(&log).is_ok_and(|metadata| metadata.len() > LARGEST_LOG) {
            fs::rename(&log, self.home.join("postgres.log.1")).context("rotating the PostgreSQL log")?;
        }
        Ok(())
    }

    /// `initdb` into a temporary name, then a rename: a half-made cluster is never mistaken for one.
    fn create_cluster(&self, durable: bool) -> anyhow::Result<()> {
        let cluster = self.cluster();
        ensure!(!cluster.exists(), "{} exists but holds no PostgreSQL cluster; move it away", cluster.display());
        let fresh = self.home.join("data.new");
        if fresh.exists() {
            fs::remove_dir_all(&fresh).with_context(|| format!("removing {}", fresh.display()))?;
        }
        make_dir(&fresh, 0o700, self.runner)?;
        let mut initdb = self.command(self.binary("initdb"));
        initdb
            .args(["--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8"])
            .args(["--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"])
            .arg(argument("--pwfile=", &self.home.join("password")))
            .arg(argument("--pgdata=", &fresh))
            .stdin(Stdio::null());
        if !durable {
            initdb.arg("--no-sync");
        }
        let made = initdb.output().context("running initdb")?;
        ensure!(
            made.status.success(),
            "initdb failed ({}): {}",
            made.status,
            String::from_utf8_lossy(&made.stderr).trim()
        );
        OpenOptions::new()
            .append(true)
            .open(fresh.join("postgresql.conf"))
            .and_then(|mut conf| conf.write_all(settings::INCLUDES.as_bytes()))
            .context("completing postgresql.conf")?;
        fs::rename(&fresh, &cluster).with_context(|| format!("naming {}", cluster.display()))
    }

    fn write_for_server(&self, path: &Path, text: &str) -> anyhow::Result<()> {
        write_private(path, text, self.runner).with_context(|| format!("writing {}", path.display()))
    }
}

fn argument(option: &str, path: &Path) -> std::ffi::OsString {
    let mut argument = std::ffi::OsString::from(option);
    argument.push(path);
    argument
}

fn reachable_binaries(binaries: &Path, runner: Option<Runner>) -> anyhow::Result<PathBuf> {
    let binaries = binaries
        .canonicalize()
        .with_context(|| format!("no PostgreSQL in {}: run scripts/setup", binaries.display()))?;
    if let Some(runner) = runner {
        ensure!(
            runner.can_reach(&binaries.join("bin")),
            "the user that runs PostgreSQL cannot read {}; set HUMMDESK_CACHE or HUMMDESK_POSTGRES_DIR to a directory everyone may enter",
            binaries.display()
        );
    }
    Ok(binaries)
}

/// `data_dir/postgres`, or, when the server's user cannot get there, a directory it can reach with
/// a symbolic link to it in the usual place.
fn find_home(data_dir: &Path, runner: Option<Runner>) -> anyhow::Result<PathBuf> {
    fs::create_dir_all(data_dir).with_context(|| format!("creating {}", data_dir.display()))?;
    let data_dir = data_dir.canonicalize().with_context(|| format!("resolving {}", data_dir.display()))?;
    let usual = data_dir.join("postgres");
    let unreachable = runner.is_some_and(|runner| !runner.can_reach(&data_dir));
    let home = match fs::read_link(&usual) {
        Ok(target) => target,
        Err(_) if unreachable => {
            let home = Path::new(REACHABLE_HOMES).join(fingerprint(&data_dir));
            set_aside(&home)?;
            symlink(&home, &usual).with_context(|| {
                format!(
                    "the user that runs PostgreSQL cannot reach {}; linking it to {}",
                    usual.display(),
                    home.display()
                )
            })?;
            home
        }
        Err(_) => usual,
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o755)
        .create(&home)
        .with_context(|| format!("creating {}", home.display()))?;
    home.canonicalize().with_context(|| format!("resolving {}", home.display()))
}

/// Somebody deleted a data directory to begin anew, but could not see this part of it. One such
/// cluster is kept.
fn set_aside(home: &Path) -> anyhow::Result<()> {
    if !home.exists() {
        return Ok(());
    }
    let _still_owned = take_ownership(home)?;
    let old = home.with_extension("old");
    if old.exists() {
        fs::remove_dir_all(&old).with_context(|| format!("removing {}", old.display()))?;
    }
    fs::rename(home, &old).with_context(|| format!("setting {} aside", home.display()))
}

/// Sixteen hexadecimal digits that differ between paths; nothing depends on their stability,
/// because the symbolic link remembers them.
fn fingerprint(path: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// An advisory lock the kernel releases with the process, however it ends.
fn take_ownership(home: &Path) -> anyhow::Result<File> {
    let path = home.join("owner.lock");
    let mut lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(&path)
        .with_context(|| format!("opening {}", path.display()))?;
    match lock_patiently(&lock) {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut owner = String::new();
            lock.read_to_string(&mut owner).with_context(|| format!("reading {}", path.display()))?;
            bail!(
                "the data directory {} is in use by process {}; stop it first or choose another directory",
                home.display(),
                owner.trim()
            );
        }
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("locking {}", path.display()));
        }
    }
    lock.set_len(0)
        .and_then(|()| lock.rewind())
        .and_then(|()| writeln!(lock, "{}", std::process::id()))
        .with_context(|| format!("writing {}", path.display()))?;
    Ok(lock)
}

/// [`find_running`] holds the lock for an instant.
fn lock_patiently(lock: &File) -> Result<(), TryLockError> {
    for _ in 0..10 {
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(20)),
            outcome => return outcome,
        }
    }
    lock.try_lock()
}

pub(super) fn find_running(data_dir: &Path) -> Option<Running> {
    let home = data_dir.join("postgres").canonicalize().ok()?;
    let mut lock = File::open(home.join("owner.lock")).ok()?;
    let Err(TryLockError::WouldBlock) = lock.try_lock_shared() else {
        return None;
    };
    let mut owner = String::new();
    lock.read_to_string(&mut owner).ok()?;
    Some(Running {
        owner_pid: owner.trim().parse().ok()?,
        socket_dir: socket_dir(&home),
        password: fs::read_to_string(home.join("password")).ok()?.trim().to_owned(),
    })
}

/// Beside the cluster, or in the temporary directory where that path is too long for a socket.
fn socket_dir(home: &Path) -> PathBuf {
    let near = home.join("run");
    if near.as_os_str().len() <= LONGEST_SOCKET_DIR {
        return near;
    }
    std::env::temp_dir().join(format!("hummdesk-{}", fingerprint(home)))
}

fn make_socket_dir(home: &Path, runner: Option<Runner>) -> anyhow::Result<PathBuf> {
    let short = socket_dir(home);
    if short.starts_with(home) {
        make_dir(&short, 0o700, runner)?;
        return Ok(short);
    }
    if let Err(error) = DirBuilder::new().mode(0o700).create(&short)
        && error.kind() != std::io::ErrorKind::AlreadyExists
    {
        return Err(error).with_context(|| format!("creating {}", short.display()));
    }
    // Everybody may write to the temporary directory: take nothing a stranger prepared.
    let metadata = fs::symlink_metadata(&short).with_context(|| format!("inspecting {}", short.display()))?;
    let server = runner.map(|runner| runner.uid);
    let ours = current_uid() == Some(metadata.uid()) || server == Some(metadata.uid());
    ensure!(
        metadata.is_dir() && ours && metadata.mode() & 0o777 == 0o700,
        "{} belongs to someone else; remove it or set TMPDIR",
        short.display()
    );
    give(&short, runner)?;
    Ok(short)
}

fn make_dir(path: &Path, mode: u32, runner: Option<Runner>) -> anyhow::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(path)
        .and_then(|()| fs::set_permissions(path, Permissions::from_mode(mode)))
        .with_context(|| format!("creating {}", path.display()))?;
    give(path, runner)
}

fn give(path: &Path, runner: Option<Runner>) -> anyhow::Result<()> {
    match runner {
        Some(Runner { uid, gid }) => chown(path, Some(uid), Some(gid))
            .with_context(|| format!("giving {} to the user that runs PostgreSQL", path.display())),
        None => Ok(()),
    }
}

/// The superuser's password: made once, readable only by the server's user and root.
fn keep_password(home: &Path, runner: Option<Runner>) -> anyhow::Result<String> {
    let path = home.join("password");
    if let Ok(text) = fs::read_to_string(&path)
        && !text.trim().is_empty()
    {
        return Ok(text.trim().to_owned());
    }
    let mut random = [0_u8; 24];
    File::open("/dev/urandom").and_then(|mut source| source.read_exact(&mut random)).context("reading /dev/urandom")?;
    let password = hex::encode(random);
    write_private(&path, &password, runner).with_context(|| format!("writing {}", path.display()))?;
    Ok(password)
}

/// Replaces the file in one step, so that a crash leaves the old or the new one.
fn write_private(path: &Path, text: &str, runner: Option<Runner>) -> anyhow::Result<()> {
    let fresh = path.with_extension("new");
    let _ = fs::remove_file(&fresh);
    let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&fresh)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    give(&fresh, runner)?;
    fs::rename(&fresh, path)?;
    Ok(())
}
