//! Counts the uses of what one generation was granted.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use super::record::Use;
use crate::foreign::Digest;
#[cfg(feature = "http")]
use crate::grants::HttpAccess;
use crate::grants::{Access, Capability, CapabilityKind, Grant, Granted, NetworkHost};
use crate::lock::lock;

/// The uses of each capability that a generation was granted. Their number is that of its grants, which its manifest and its imports bound.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    plugin: Arc<str>,
    digest: Option<Digest>,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    capability: Capability,
    host: Option<PathBuf>,
    counted: Mutex<Counted>,
}

/// Counted since the plugin was loaded, and since it was taken last.
#[derive(Debug, Default)]
struct Counted {
    all: Span,
    untaken: Span,
    /// Whether it was taken before: then nothing new is nothing to report.
    was_taken: bool,
}

#[derive(Clone, Debug, Default)]
struct Span {
    count: u64,
    ports: BTreeSet<u16>,
    wrote: bool,
    /// The first and the last time.
    times: Option<(SystemTime, SystemTime)>,
}

/// How one use was made.
#[derive(Clone, Copy, Debug, Default)]
struct Detail {
    port: Option<u16>,
    writes: bool,
}

/// The ports that are remembered of a host.
const MOST_PORTS: usize = 32;

impl Span {
    fn add(&mut self, now: SystemTime, Detail { port, writes }: Detail) {
        self.count += 1;
        self.wrote |= writes;
        if self.ports.len() < MOST_PORTS {
            self.ports.extend(port);
        }
        let first = self.times.map_or(now, |(first, _)| first);
        self.times = Some((first, now));
    }
}

impl Uses {
    pub(crate) fn new(granted: &Granted, digest: Digest) -> Self {
        let row = |Grant { capability, provision }: &Grant| {
            let host = provision.path().map(Path::to_owned);
            Row { capability: capability.clone(), host, counted: Mutex::default() }
        };
        Self {
            plugin: granted.plugin().into(),
            digest: Some(digest),
            rows: granted.grants.iter().map(row).collect(),
        }
    }

    /// Whether these are the uses of the same grants.
    pub(super) fn are_of(&self, granted: &Granted, digest: Digest) -> bool {
        let is_same = |(row, grant): (&Row, &Grant)| {
            row.capability == grant.capability && row.host.as_deref() == grant.provision.path()
        };
        self.digest == Some(digest)
            && self.rows.len() == granted.grants.len()
            && self.rows.iter().zip(&granted.grants).all(is_same)
    }

    /// Counts a use of each capability of a kind.
    pub(crate) fn count(&self, kind: CapabilityKind) {
        self.count_where(|capability| capability.kind() == kind, Detail::default());
    }

    /// Counts a start of a granted program.
    pub(crate) fn count_program(&self, name: &str) {
        let is_program =
            |capability: &Capability| matches!(capability, Capability::Program(granted) if granted == name);
        self.count_where(is_program, Detail::default());
    }

    /// Counts a use of a granted host: a connection with a port, or a look-up.
    pub(crate) fn count_host(&self, host: &NetworkHost, port: Option<u16>) {
        let is_host =
            |capability: &Capability| matches!(capability, Capability::Network(granted) if granted == host);
        self.count_where(is_host, Detail { port, ..Detail::default() });
    }

    /// Counts a request that a grant allows.
    #[cfg(feature = "http")]
    pub(crate) fn count_http(&self, access: &HttpAccess, port: u16) {
        let is_access =
            |capability: &Capability| matches!(capability, Capability::Http(granted) if granted == access);
        self.count_where(is_access, Detail { port: Some(port), ..Detail::default() });
    }

    /// Counts a use of a granted store.
    #[cfg(feature = "keyvalue")]
    pub(crate) fn count_store(&self, name: &str) {
        let is_store =
            |capability: &Capability| matches!(capability, Capability::KeyValue(granted) if granted == name);
        self.count_where(is_store, Detail::default());
    }

    /// Counts a use of a granted folder, which is the nth of them.
    pub(crate) fn count_folder(&self, nth: usize, writes: bool) {
        let folders = self.rows.iter().filter(|row| row.capability.kind() == CapabilityKind::Folder);
        if let Some(row) = folders.into_iter().nth(nth) {
            lock(&row.counted).add(SystemTime::now(), Detail { writes, ..Detail::default() });
        }
    }

    fn count_where(&self, is_used: impl Fn(&Capability) -> bool, detail: Detail) {
        let now = SystemTime::now();
        let used = self.rows.iter().filter(|row| is_used(&row.capability));
        used.for_each(|row| lock(&row.counted).add(now, detail));
    }

    /// All uses so far.
    pub(super) fn all(&self) -> impl Iterator<Item = Use> {
        self.rows.iter().filter_map(|row| self.record(row, lock(&row.counted).all.clone()))
    }

    /// The uses since they were taken last; the first time, also what was granted and not used.
    pub(super) fn take(&self) -> impl Iterator<Item = Use> {
        self.rows.iter().filter_map(|row| {
            let mut counted = lock(&row.counted);
            let untaken = std::mem::take(&mut counted.untaken);
            let is_news = untaken.count > 0 || !counted.was_taken;
            counted.was_taken = true;
            is_news.then(|| self.record(row, untaken)).flatten()
        })
    }

    fn record(&self, row: &Row, span: Span) -> Option<Use> {
        let is_writable = matches!(row.capability, Capability::Folder { access: Access::ReadWrite, .. });
        Some(Use {
            plugin: self.plugin.clone(),
            digest: self.digest?,
            capability: row.capability.clone(),
            host: row.host.clone(),
            wrote: (span.count > 0 && is_writable).then_some(span.wrote),
            ports: span.ports,
            count: span.count,
            first: span.times.map(|(first, _)| first),
            last: span.times.map(|(_, last)| last),
        })
    }
}

impl Counted {
    fn add(&mut self, now: SystemTime, detail: Detail) {
        self.all.add(now, detail);
        self.untaken.add(now, detail);
    }
}
