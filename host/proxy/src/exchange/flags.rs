use std::fmt;

/// Something that went wrong in an exchange. The names appear in access logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
#[non_exhaustive]
pub enum Flag {
    /// The request broke a rule of HTTP.
    BadRequest = 1 << 0,
    /// No route takes the request.
    NoRoute = 1 << 1,
    /// No server of the cluster is healthy.
    NoHealthyServer = 1 << 2,
    /// A circuit limit was reached.
    Overflow = 1 << 3,
    /// No connection to a server.
    ConnectFailed = 1 << 4,
    /// A server closed the connection, or broke a rule of HTTP.
    UpstreamReset = 1 << 5,
    /// A server did not answer in time.
    UpstreamTimeout = 1 << 6,
    /// The whole exchange took too long.
    Timeout = 1 << 7,
    /// The request's body is over its limit.
    BodyTooLarge = 1 << 8,
    /// A body stood still for too long.
    Stalled = 1 << 9,
    /// The client left before the end.
    ClientClosed = 1 << 10,
    /// The request was sent more than once.
    Retried = 1 << 11,
    /// A filter or an application failed.
    PluginFailed = 1 << 12,
    /// A filter answered.
    FilterAnswered = 1 << 13,
}

/// All flags, with their names.
pub(crate) const FLAGS: [(Flag, &str); 14] = [
    (Flag::BadRequest, "bad-request"),
    (Flag::NoRoute, "no-route"),
    (Flag::NoHealthyServer, "no-healthy-server"),
    (Flag::Overflow, "overflow"),
    (Flag::ConnectFailed, "connect-failed"),
    (Flag::UpstreamReset, "upstream-reset"),
    (Flag::UpstreamTimeout, "upstream-timeout"),
    (Flag::Timeout, "timeout"),
    (Flag::BodyTooLarge, "body-too-large"),
    (Flag::Stalled, "stalled"),
    (Flag::ClientClosed, "client-closed"),
    (Flag::Retried, "retried"),
    (Flag::PluginFailed, "plugin-failed"),
    (Flag::FilterAnswered, "filter-answered"),
];

/// What went wrong in an exchange.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flags(u16);

impl Flags {
    pub(crate) fn with(self, flag: Flag) -> Self {
        Self(self.0 | flag as u16)
    }

    /// Whether this happened.
    pub fn has(self, flag: Flag) -> bool {
        self.0 & flag as u16 != 0
    }

    /// Whether nothing went wrong.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The names of all that happened.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        FLAGS.into_iter().filter(move |(flag, _)| self.has(*flag)).map(|(_, name)| name)
    }
}

impl fmt::Display for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("-");
        }
        for (index, name) in self.names().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            write!(f, "{comma}{name}")?;
        }
        Ok(())
    }
}
