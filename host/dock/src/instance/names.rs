//! Names on the network: which ones a plugin may look up, and which addresses it may use for them.
//!
//! A name resolves only if it is granted, so that a look-up carries nothing out to servers of other names. A granted name does not lead
//! to the machine itself or to its own network, whatever a server answers: such an address has to be granted as it is.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::log::LogLevel;
use super::log_sink::LogSink;
use crate::grants::{NetworkHost, Uses, is_internal, is_localhost};
use crate::lock::lock;

/// How many look-ups of a plugin may go on at once. The system's look-up blocks a thread, for as long as a server takes to
/// answer.
pub(crate) const LOOKUPS_AT_ONCE: usize = 4;
/// An answer counts as new for this long, so that a plugin does not ask servers all the time.
const NEW_FOR: Duration = Duration::from_secs(1);
/// An address that was in an answer may be used for this long: connections follow a look-up, and datagrams come one after the other.
const USED_FOR: Duration = Duration::from_secs(60);

/// The system's look-up, which blocks.
pub(crate) type LookUp = fn(&str) -> io::Result<Vec<IpAddr>>;

/// The granted hosts of a plugin, for one of its instances.
pub(crate) struct Names {
    hosts: Vec<NetworkHost>,
    /// The key of grants, as the host's policy has it.
    key: &'static str,
    uses: Arc<Uses>,
    look_up: LookUp,
    /// Of all instances of the plugin.
    places: Arc<Semaphore>,
    answers: Mutex<BTreeMap<String, Answer>>,
    log: LogSink,
}

struct Answer {
    at: Instant,
    addresses: Vec<IpAddr>,
}

/// Why a name has no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unresolved {
    /// The name is not granted, or it leads only to addresses that are not.
    NotGranted,
    /// The system's look-up found nothing.
    NotFound,
}

impl Names {
    pub(crate) fn new(
        hosts: Vec<NetworkHost>,
        uses: Arc<Uses>,
        places: Arc<Semaphore>,
        log: LogSink,
    ) -> Self {
        Self { hosts, key: "network", uses, look_up: of_system, places, answers: Mutex::default(), log }
    }

    #[cfg(all(test, feature = "http"))]
    pub(crate) fn looking_up(self, look_up: LookUp) -> Self {
        Self { look_up, ..self }
    }

    /// The hosts of granted requests, whose uses are counted elsewhere.
    #[cfg(feature = "http")]
    pub(crate) fn for_requests(hosts: Vec<NetworkHost>, places: Arc<Semaphore>, log: LogSink) -> Self {
        Self { key: "http", ..Self::new(hosts, Arc::default(), places, log) }
    }

    /// The addresses of a name, as the plugin asks for them. An address stands for itself.
    pub(crate) async fn resolve(&self, text: &str) -> Result<Vec<IpAddr>, Unresolved> {
        let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
        if let Ok(address) = bare.parse::<IpAddr>() {
            return Ok(vec![address]);
        }
        let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        let Some(granted) = self.hosts.iter().find(|host| host.name() == Some(&name)) else {
            self.log.write(
                LogLevel::Warn,
                "witdock",
                &format!("the look-up of `{name}` was refused: the name is not granted"),
            );
            return Err(Unresolved::NotGranted);
        };
        self.uses.count_host(granted, None);
        let found = self.addresses(&name).await.ok_or(Unresolved::NotFound)?;
        match self.usable(&name, &found, None) {
            usable if usable.is_empty() => Err(Unresolved::NotGranted),
            usable => Ok(usable),
        }
    }

    /// Whether a socket may send to this address, or receive from it.
    pub(crate) async fn permit(&self, address: SocketAddr) -> bool {
        let wanted = address.ip().to_canonical();
        let hosts = || self.hosts.iter().filter(|host| host.port().is_none_or(|port| port == address.port()));
        if let Some(granted) = hosts().find(|host| host.address() == Some(wanted)) {
            self.uses.count_host(granted, Some(address.port()));
            return true;
        }
        for (granted, name) in hosts().filter_map(|host| Some((host, host.name()?))) {
            let known = self.known(name, USED_FOR).is_some_and(|known| known.contains(&wanted));
            let found = match known {
                true => Some(vec![wanted]),
                false => self.addresses(name).await,
            };
            if found.is_some_and(|found| found.contains(&wanted)) {
                let is_usable = !self.usable(name, &[wanted], Some(address.port())).is_empty();
                if is_usable {
                    self.uses.count_host(granted, Some(address.port()));
                }
                return is_usable;
            }
        }
        false
    }

    /// The addresses that may be used for a granted name, on this port or, of a look-up, on any.
    fn usable(&self, name: &str, found: &[IpAddr], port: Option<u16>) -> Vec<IpAddr> {
        let is_usable = |address: &&IpAddr| {
            let mut granted = self.hosts.iter().filter(|host| host.address() == Some(**address));
            let is_granted =
                granted.any(|host| host.port().is_none_or(|granted| port.is_none_or(|port| port == granted)));
            match is_localhost(name) {
                true => address.is_loopback() || is_granted,
                false => !is_internal(**address) || is_granted,
            }
        };
        let usable: Vec<_> = found.iter().filter(is_usable).copied().collect();
        if let Some(refused) = found.iter().find(|address| !usable.contains(address)) {
            self.log.write(
                LogLevel::Warn,
                "witdock",
                &format!(
                    "`{name}` leads to {refused}, an address of this machine or its own network, which the grant of a name does \
                     not cover; to allow it, grant the address: {key} = [\"{scheme}{refused}\"]",
                    key = self.key,
                    scheme = if self.key == "http" { "http://" } else { "" },
                ),
            );
        }
        usable
    }

    /// The addresses of a granted name, from an answer that is still new or from the system. `None` if there is none.
    async fn addresses(&self, name: &str) -> Option<Vec<IpAddr>> {
        if let Some(known) = self.known(name, NEW_FOR) {
            return Some(known);
        }
        let place = self.places.clone().acquire_owned().await.ok()?;
        // Another look-up of it may have ended while this one waited.
        if let Some(known) = self.known(name, NEW_FOR) {
            return Some(known);
        }
        let addresses = look_up(self.look_up, name.to_owned(), place).await.unwrap_or_default();
        let addresses: Vec<_> = addresses.into_iter().map(|address| address.to_canonical()).collect();
        let answer = Answer { at: Instant::now(), addresses: addresses.clone() };
        lock(&self.answers).insert(name.to_owned(), answer);
        (!addresses.is_empty()).then_some(addresses)
    }

    /// What a look-up within this time gave.
    fn known(&self, name: &str, within: Duration) -> Option<Vec<IpAddr>> {
        let answers = lock(&self.answers);
        let answer = answers.get(name).filter(|answer| answer.at.elapsed() < within)?;
        Some(answer.addresses.clone())
    }
}

/// Looks up a name in a thread of its own: the runtime's own threads for blocking work would keep its shutdown waiting. The place is taken
/// until the system has answered, even if nobody waits for the answer any more.
async fn look_up(look_up: LookUp, name: String, place: OwnedSemaphorePermit) -> Option<Vec<IpAddr>> {
    let (sender, answer) = oneshot::channel();
    std::thread::Builder::new()
        .name("witdock-lookup".to_owned())
        .spawn(move || {
            let found = look_up(&name);
            drop(place);
            // Fails if nobody waits any more.
            let _ = sender.send(found);
        })
        .ok()?;
    answer.await.ok()?.ok()
}

fn of_system(name: &str) -> io::Result<Vec<IpAddr>> {
    Ok((name, 0).to_socket_addrs()?.map(|address| address.ip()).collect())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::broadcast;

    use super::*;
    use crate::LogLine;

    fn names(hosts: &[&str], look_up: LookUp) -> (Names, broadcast::Receiver<LogLine>) {
        let (sender, lines) = broadcast::channel(16);
        let log = LogSink::new("p".into(), LogLevel::Debug, 100, sender);
        let hosts = hosts.iter().map(|host| host.parse().unwrap()).collect();
        let places = Arc::new(Semaphore::new(LOOKUPS_AT_ONCE));
        (Names { look_up, ..Names::new(hosts, Arc::default(), places, log) }, lines)
    }

    fn table(name: &str) -> io::Result<Vec<IpAddr>> {
        let addresses: &[&str] = match name {
            "outside.org" => &["192.0.2.1", "2001:db8::1"],
            "inside.org" => {
                &["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00::1", "64:ff9b::7f00:1"]
            }
            "both.org" => &["::ffff:192.168.1.1", "192.0.2.2"],
            "localhost" => &["127.0.0.1", "::1", "192.0.2.9"],
            _ => return Err(io::ErrorKind::NotFound.into()),
        };
        Ok(addresses.iter().map(|address| address.parse().unwrap()).collect())
    }

    #[tokio::test]
    async fn a_name_resolves_if_it_is_granted() {
        let (names, mut lines) = names(&["outside.org:443", "missing.org"], table);
        let resolved = names.resolve("Outside.ORG.").await.unwrap();
        assert_eq!(resolved, ["192.0.2.1".parse::<IpAddr>().unwrap(), "2001:db8::1".parse().unwrap()]);
        assert_eq!(names.resolve("missing.org").await, Err(Unresolved::NotFound));
        assert!(lines.try_recv().is_err());
        for other in ["inside.org", "secret.of.user.outside.org", "org", ""] {
            assert_eq!(names.resolve(other).await, Err(Unresolved::NotGranted), "{other}");
            let line = lines.try_recv().unwrap().message;
            assert_eq!(line, format!("the look-up of `{other}` was refused: the name is not granted"));
        }
        assert_eq!(
            names.resolve("127.0.0.1").await.unwrap().len(),
            1,
            "an address leaves the machine by no look-up"
        );
    }

    // attack: a granted name that leads to 127.0.0.1 or 169.254.169.254
    // host: refuses the connection and hides the address
    #[tokio::test]
    async fn a_granted_name_does_not_lead_inside() {
        let (names, mut lines) = names(&["inside.org", "both.org:80"], table);
        assert_eq!(names.resolve("inside.org").await, Err(Unresolved::NotGranted));
        let line = lines.try_recv().unwrap().message;
        assert!(
            line.contains("`inside.org` leads to 127.0.0.1") && line.ends_with("network = [\"127.0.0.1\"]"),
            "{line}"
        );
        assert_eq!(names.resolve("both.org").await.unwrap(), ["192.0.2.2".parse::<IpAddr>().unwrap()]);
        for (address, permitted) in [
            ("127.0.0.1:80", false),
            ("10.1.2.3:80", false),
            ("[fd00::1]:80", false),
            ("[64:ff9b::7f00:1]:80", false),
            ("192.168.1.1:80", false),
            ("192.0.2.2:80", true),
            ("[::ffff:192.0.2.2]:80", true),
            ("192.0.2.2:81", false),
            ("192.0.2.3:80", false),
        ] {
            assert_eq!(names.permit(address.parse().unwrap()).await, permitted, "{address}");
        }
    }

    #[tokio::test]
    async fn an_address_or_localhost_is_granted_as_it_is_written() {
        let (names, _lines) = names(&["10.1.2.3:80", "inside.org:80", "localhost:1"], table);
        for (address, permitted) in [
            ("10.1.2.3:80", true),
            ("10.1.2.3:81", false),
            ("127.0.0.1:80", false),
            ("127.0.0.1:1", true),
            ("[::1]:1", true),
            ("192.0.2.9:1", false),
        ] {
            assert_eq!(names.permit(address.parse().unwrap()).await, permitted, "{address}");
        }
        assert_eq!(names.resolve("inside.org").await.unwrap(), ["10.1.2.3".parse::<IpAddr>().unwrap()]);
    }

    #[tokio::test]
    async fn a_datagram_from_a_stranger_causes_no_look_up_each_time() {
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        let (names, _lines) = names(&["outside.org:80"], |name| {
            ASKED.fetch_add(1, Ordering::Relaxed);
            table(name)
        });
        for _ in 0..1000 {
            assert!(!names.permit("192.0.2.77:80".parse().unwrap()).await);
            assert!(names.permit("192.0.2.1:80".parse().unwrap()).await);
        }
        // One a second, and the loop may take longer than one.
        assert!(ASKED.load(Ordering::Relaxed) < 10);
    }

    // attack: look-ups that never end
    // host: has 4 threads for them; calls end by their deadline
    #[tokio::test]
    async fn look_ups_that_never_end_are_bounded_and_can_be_left() {
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        let (names, _lines) = names(&["a.org", "b.org", "c.org", "d.org", "e.org", "f.org"], |_| {
            ASKED.fetch_add(1, Ordering::Relaxed);
            loop {
                std::thread::park();
            }
        });
        let names = Arc::new(names);
        let waiting: Vec<_> = ["a", "b", "c", "d", "e", "f"]
            .map(|name| {
                let names = names.clone();
                tokio::spawn(async move { names.resolve(&format!("{name}.org")).await })
            })
            .into();
        while ASKED.load(Ordering::Relaxed) < LOOKUPS_AT_ONCE {
            tokio::task::yield_now().await;
        }
        assert_eq!(names.places.available_permits(), 0);
        waiting.iter().for_each(tokio::task::JoinHandle::abort);
        for task in waiting {
            assert!(task.await.unwrap_err().is_cancelled());
        }
        assert_eq!(ASKED.load(Ordering::Relaxed), LOOKUPS_AT_ONCE);
        assert_eq!(names.places.available_permits(), 0, "the threads still wait for the system");
    }
}
