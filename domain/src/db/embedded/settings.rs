//! The server's settings, written anew at every start so that they follow the machine and the
//! release. An operator's own settings go to `local.conf` beside the cluster and win.

use std::fmt::Write;
use std::fs;
use std::path::Path;

const MIB: u64 = 1024 * 1024;

/// Appended to `postgresql.conf` once, when the cluster is made. Later includes override earlier.
pub(super) const INCLUDES: &str = "\ninclude = 'hummdesk.conf'\ninclude_if_exists = '../local.conf'\n";

/// `memory` is the machine's, in bytes.
pub(super) fn render(memory: u64, durable: bool, socket_dir: &Path) -> String {
    let eighth = (memory / 8 / MIB).clamp(32, 1024);
    let cache = (memory / 2 / MIB).max(64);
    let maintenance = (memory / 32 / MIB).clamp(64, 512);
    // A directory list: doubled quotes inside both levels of quoting.
    let sockets = socket_dir.to_string_lossy().replace('"', "\"\"").replace('\'', "''");
    let mut text = format!(
        "# Written by HummDesk at every start. Your own settings belong in ../local.conf.
listen_addresses = ''
unix_socket_directories = '\"{sockets}\"'
unix_socket_permissions = 0700
max_connections = 150
shared_buffers = {eighth}MB
effective_cache_size = {cache}MB
maintenance_work_mem = {maintenance}MB
work_mem = 8MB
random_page_cost = 1.1
jit = off
max_locks_per_transaction = 256
wal_compression = on
min_wal_size = 128MB
max_wal_size = 2GB
checkpoint_timeout = 15min
autovacuum_naptime = 20s
autovacuum_vacuum_scale_factor = 0.05
autovacuum_vacuum_insert_scale_factor = 0.1
autovacuum_analyze_scale_factor = 0.05
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%u@%d '
# Customer text stays out of the log: no statements, no parameters, no row details.
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
log_error_verbosity = terse
"
    );
    if !durable {
        let unsafe_but_fast = "fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
autovacuum = off
";
        // Writing to a string cannot fail.
        let _ = write!(text, "{unsafe_but_fast}");
    }
    text
}

/// The memory this process may use, in bytes: the machine's, or less inside a container.
pub(super) fn memory() -> u64 {
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| parse_meminfo(&text)).unwrap_or(1024 * MIB);
    let limit = fs::read_to_string("/sys/fs/cgroup/memory.max").ok().and_then(|text| text.trim().parse().ok());
    limit.map_or(machine, |limit: u64| machine.min(limit))
}

pub(super) fn parse_meminfo(text: &str) -> Option<u64> {
    let line = text.lines().find(|line| line.starts_with("MemTotal:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024)
}
