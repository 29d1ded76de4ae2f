//! A TCP connection on its way through the filters of a listener.

use std::cell::{Cell, RefCell};
use std::io;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::Instant;
use wasmtime::component::ResourceAny;
use witdock::{CallError, CallErrorKind};

use super::bindings::tcp_streams::exports::witdock::proxy::tcp_filter::Guest as TcpFilter;
use super::bindings::witdock::proxy::tcp::Peer;
use super::bindings::witdock::proxy::types::Action;
use super::facts::KnownConnection;
use super::guest::Guest;
use super::held::Held;
use super::instance::{FilterStore, Instance};
use super::link::Link;
use super::loaded::OnFailure;
use super::slot::Slot;
use crate::exchange::ConnectionInfo;

/// Bytes that are read at once, as without filters.
const BUFFER: usize = 16 << 10;

/// A connection with its filters, whose streams end when this is dropped.
pub(crate) struct FilteredConnection(Rc<Wire>);

/// What the two directions of a connection share.
struct Wire {
    stages: Vec<Stage>,
    link: Link,
    /// When something last moved.
    moved: Cell<Instant>,
    _known: KnownConnection,
}

/// One filter's part of a connection.
struct Stage {
    slot: Rc<Slot>,
    place: usize,
    instance: RefCell<Option<Rc<Instance>>>,
    bypassed: Cell<bool>,
    /// For each peer: since when data from it is held, and whether it has ended.
    paused: [Cell<Option<Instant>>; 2],
    ended: [Cell<bool>; 2],
}

/// A filter has ended the connection, or has failed and lets nothing through.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Ended {
    #[error("a filter closed it")]
    Closed,
    #[error("{0}")]
    Failed(String),
}

impl From<Ended> for io::Error {
    fn from(ended: Ended) -> Self {
        Self::other(ended)
    }
}

fn at(peer: Peer) -> usize {
    match peer {
        Peer::Client => 0,
        Peer::Upstream => 1,
    }
}

fn cell<T>(cells: &[Cell<T>; 2], peer: Peer) -> &Cell<T> {
    let [client, upstream] = cells;
    if at(peer) == 0 { client } else { upstream }
}

impl FilteredConnection {
    /// A client has connected: the filters may refuse that, or wait, before there is a connection to the upstream.
    pub(crate) async fn open(slots: &[Rc<Slot>], info: &Rc<ConnectionInfo>) -> Result<Self, Ended> {
        let link = Link::new(info.id, slots.iter().map(|slot| slot.filter().settings.most_held));
        let stages = slots.iter().enumerate().map(|(place, slot)| Stage {
            slot: slot.clone(),
            place,
            instance: RefCell::default(),
            bypassed: Cell::new(false),
            paused: Default::default(),
            ended: Default::default(),
        });
        let connection = Self(Rc::new(Wire {
            stages: stages.collect(),
            link,
            moved: Cell::new(Instant::now()),
            _known: KnownConnection::new(info),
        }));
        let wire = &connection.0;
        for stage in &wire.stages {
            let action = stage.begin(&wire.link).await?;
            if action != Action::Proceed {
                wire.wait_to_open(stage).await?;
            }
            wire.look()?;
        }
        Ok(connection)
    }

    /// Copies in both directions through the filters, until both sides have ended, one has failed, a filter closes the connection, or nothing has
    /// moved for too long.
    pub(crate) async fn copy(
        &self,
        client: impl AsyncRead + AsyncWrite,
        server: impl AsyncRead + AsyncWrite,
        idle: Duration,
    ) -> io::Result<()> {
        let (client_reader, client_writer) = tokio::io::split(client);
        let (server_reader, server_writer) = tokio::io::split(server);
        let both = async {
            tokio::try_join!(
                self.0.one_way(Peer::Client, client_reader, server_writer),
                self.0.one_way(Peer::Upstream, server_reader, client_writer),
            )
        };
        let mut both = pin!(both);
        loop {
            let end = self.0.moved.get() + idle;
            if let Ok(result) = tokio::time::timeout_at(end, &mut both).await {
                return result.map(drop);
            }
            if self.0.moved.get() + idle <= Instant::now() {
                return Err(io::Error::new(io::ErrorKind::TimedOut, format!("no byte for {idle:?}")));
            }
        }
    }
}

impl Wire {
    async fn wait_to_open(&self, stage: &Stage) -> Result<(), Ended> {
        let longest = stage.slot.filter().settings.longest_pause;
        let resumed = async {
            loop {
                let mut told = pin!(self.link.told());
                told.as_mut().enable();
                self.look()?;
                if self
                    .link
                    .lock()
                    .filters
                    .get_mut(stage.place)
                    .is_none_or(|own| own.take_resume(Peer::Client))
                {
                    return Ok(());
                }
                told.await;
            }
        };
        match tokio::time::timeout(longest, resumed).await {
            Ok(result) => result,
            Err(_) => stage.fail(&self.link, format!("it has paused for longer than {longest:?}")).map(drop),
        }
    }

    async fn one_way(
        &self,
        from: Peer,
        mut reader: impl AsyncRead + Unpin,
        mut writer: impl AsyncWrite + Unpin,
    ) -> io::Result<()> {
        let mut buffer = BytesMut::new();
        let mut is_read = false;
        loop {
            let mut told = pin!(self.link.told());
            told.as_mut().enable();
            // What a filter that was paused lets go on.
            let (mut ready, mut ended) = (Held::default(), false);
            for stage in self.in_order(from) {
                if self.resumed(stage, from)? {
                    (ready, ended) = self.pass(stage.place, from, Held::default(), false, true).await?;
                }
                if ready.size() > 0 || ended {
                    break;
                }
            }
            if ready.size() == 0 && !ended {
                buffer.reserve(BUFFER);
                tokio::select! {
                    biased;
                    () = told => continue,
                    stage = self.held_too_long(from) => {
                        let longest = stage.slot.filter().settings.longest_pause;
                        stage.fail(&self.link, format!("it has paused for longer than {longest:?}"))?;
                        cell(&stage.paused, from).set(None);
                        (ready, ended) = self.pass(stage.place, from, Held::default(), false, true).await?;
                    }
                    read = reader.read_buf(&mut buffer), if !is_read => {
                        let bytes = read?;
                        self.moved.set(Instant::now());
                        is_read = bytes == 0;
                        let piece = Held::from(buffer.split().freeze());
                        (ready, ended) = self.enter(from, piece, is_read).await?;
                    }
                }
            }
            while let Some(piece) = ready.pop() {
                writer.write_all(&piece).await?;
                self.moved.set(Instant::now());
            }
            writer.flush().await?;
            self.look()?;
            if ended {
                for stage in self.in_order(from) {
                    stage.closed(&self.link, from).await?;
                }
                // The other side has to see the end.
                return writer.shutdown().await;
            }
        }
    }

    fn in_order(&self, from: Peer) -> Box<dyn Iterator<Item = &Stage> + '_> {
        match from {
            Peer::Client => Box::new(self.stages.iter()),
            Peer::Upstream => Box::new(self.stages.iter().rev()),
        }
    }

    /// Completes with the first filter that has held data from this peer for longer than it may. Never, where none holds any.
    async fn held_too_long(&self, from: Peer) -> &Stage {
        let until = |stage: &Stage| {
            Some(cell(&stage.paused, from).get()? + stage.slot.filter().settings.longest_pause)
        };
        let first =
            self.stages.iter().filter_map(|stage| Some((until(stage)?, stage))).min_by_key(|(end, _)| *end);
        match first {
            Some((end, stage)) => {
                tokio::time::sleep_until(end).await;
                stage
            }
            None => std::future::pending().await,
        }
    }

    /// Whether a filter that was paused lets data from this peer go on.
    fn resumed(&self, stage: &Stage, from: Peer) -> Result<bool, Ended> {
        let (asked, failed) = match self.link.lock().filters.get_mut(stage.place) {
            Some(own) => (own.take_resume(from), own.failed.take()),
            None => (false, None),
        };
        let failed = match failed {
            Some(message) => stage.fail(&self.link, message).map(|_| true)?,
            None => false,
        };
        Ok((asked || failed) && cell(&stage.paused, from).take().is_some())
    }

    async fn enter(&self, from: Peer, data: Held, end: bool) -> Result<(Held, bool), Ended> {
        let first = self.in_order(from).next().map(|stage| stage.place);
        match first {
            Some(place) => self.pass(place, from, data, end, false).await,
            None => Ok((data, end)),
        }
    }

    /// Takes data through the filters from this one on, and returns what comes out, and whether that is the end. `resumed`: the first one has seen
    /// what it holds.
    async fn pass(
        &self,
        place: usize,
        from: Peer,
        mut data: Held,
        mut end: bool,
        resumed: bool,
    ) -> Result<(Held, bool), Ended> {
        let mut is_seen = resumed;
        for stage in self.in_order(from).skip_while(|stage| stage.place != place) {
            let size = match self.link.lock().filters.get_mut(stage.place) {
                Some(own) => own.push(from, &mut data),
                None => 0,
            };
            if end {
                cell(&stage.ended, from).set(true);
            }
            if !std::mem::take(&mut is_seen) {
                let action = stage.data(&self.link, from, size as u64, end).await?;
                self.look()?;
                if action != Action::Proceed {
                    let paused = cell(&stage.paused, from);
                    paused.set(paused.get().or_else(|| Some(Instant::now())));
                    if self.link.lock().filters.get(stage.place).is_some_and(|own| own.is_too_much(from)) {
                        return Err(Ended::Failed(
                            "a filter holds more of a connection's data than it may".to_owned(),
                        ));
                    }
                    return Ok((Held::default(), false));
                }
                cell(&stage.paused, from).set(None);
            }
            data =
                self.link.lock().filters.get_mut(stage.place).map(|own| own.take(from)).unwrap_or_default();
            end = cell(&stage.ended, from).get();
        }
        Ok((data, end))
    }

    /// What filters have asked for that ends the connection, once what went before is out.
    fn look(&self) -> Result<(), Ended> {
        match self.link.lock().filters.iter().any(super::link::Filter::closes) {
            true => Err(Ended::Closed),
            false => Ok(()),
        }
    }
}

impl Stage {
    async fn begin(&self, link: &Link) -> Result<Action, Ended> {
        let begun = async {
            let instance = self.slot.main_instance().await?;
            instance.begin_stream();
            *self.instance.borrow_mut() = Some(instance.clone());
            let (link, place) = (link.clone(), self.place);
            instance
                .call_for("on-open", async move |guest: &Guest, store: &mut FilterStore| {
                    let filter = tcp_filter(guest)?;
                    let handle = store.data_mut().table.push(link.handle(place))?;
                    let stream = filter.tcp_stream().call_constructor(&mut *store, handle).await?;
                    if let Some(own) = link.lock().filters.get_mut(place) {
                        own.stream = Some(stream);
                    }
                    filter.tcp_stream().call_on_open(store, stream).await
                })
                .await
        };
        begun.await.or_else(|error: CallError| self.fail(link, error.to_string()))
    }

    async fn data(&self, link: &Link, from: Peer, size: u64, end: bool) -> Result<Action, Ended> {
        let Some((instance, stream)) = self.wanting(link) else { return Ok(Action::Proceed) };
        let called = instance
            .call_for("on-data", async move |guest: &Guest, store: &mut FilterStore| {
                tcp_filter(guest)?.tcp_stream().call_on_data(store, stream, from, size, end).await
            })
            .await;
        called.or_else(|error| self.fail(link, error.to_string()))
    }

    async fn closed(&self, link: &Link, by: Peer) -> Result<(), Ended> {
        let Some((instance, stream)) = self.wanting(link) else { return Ok(()) };
        let called = instance
            .call_for("on-closed", async move |guest: &Guest, store: &mut FilterStore| {
                tcp_filter(guest)?.tcp_stream().call_on_closed(store, stream, by).await
            })
            .await;
        called.or_else(|error| self.fail(link, error.to_string()).map(drop))
    }

    /// The stream, unless the connection goes on without it.
    fn wanting(&self, link: &Link) -> Option<(Rc<Instance>, ResourceAny)> {
        if self.bypassed.get() { None } else { self.stream(link) }
    }

    fn stream(&self, link: &Link) -> Option<(Rc<Instance>, ResourceAny)> {
        let stream = link.lock().filters.get(self.place)?.stream?;
        Some((self.instance.borrow().clone()?, stream))
    }

    fn fail(&self, link: &Link, message: String) -> Result<Action, Ended> {
        self.bypassed.set(true);
        // Its stream ends with the connection, as others do.
        if let Some(instance) = &*self.instance.borrow() {
            instance.cancel_of_connection(link, self.place);
        }
        let filter = self.slot.filter();
        match filter.settings.on_failure {
            OnFailure::Open => {
                tracing::warn!(filter = filter.name(), "a connection goes on without the filter: {message}");
                Ok(Action::Proceed)
            }
            OnFailure::Closed => {
                tracing::warn!(filter = filter.name(), "a connection is closed: {message}");
                Err(Ended::Failed(message))
            }
        }
    }

    fn leave(&self) {
        if let Some(instance) = self.instance.take() {
            instance.end_stream();
        }
    }

    async fn finish(&self, link: &Link) {
        if let Some((instance, stream)) = self.stream(link) {
            if let Some(own) = link.lock().filters.get_mut(self.place) {
                own.stream = None;
            }
            instance.cancel_of_connection(link, self.place);
            let ended = instance
                .call("log", async |guest, store| {
                    tcp_filter(guest)?.tcp_stream().call_log(&mut *store, stream).await?;
                    stream.resource_drop_async(store).await
                })
                .await;
            if let Err(error) = ended
                && !matches!(error.kind(), CallErrorKind::Ended)
            {
                tracing::warn!("{error}");
            }
        }
        self.leave();
    }
}

/// Ends the filters' streams.
impl Drop for FilteredConnection {
    fn drop(&mut self) {
        let wire = self.0.clone();
        tokio::task::spawn_local(async move {
            for stage in wire.stages.iter().rev() {
                stage.finish(&wire.link).await;
            }
        });
    }
}

fn tcp_filter(guest: &Guest) -> wasmtime::Result<&TcpFilter> {
    let tcp = guest.tcp.as_ref().ok_or_else(|| wasmtime::Error::msg("it exports no `tcp-filter`"))?;
    Ok(tcp.witdock_proxy_tcp_filter())
}
