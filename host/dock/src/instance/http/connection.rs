//! One request over a connection of its own.
//!
//! Connections are not kept: a later request could otherwise go to an address that a new look-up would not give.

use std::future::poll_fn;
use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep, timeout};
use wasmtime_wasi_http::io::TokioIo;
use wasmtime_wasi_http::{Error, RequestOptions};

use super::tls::{self, Trust};

/// The longest wait for a connection, for the answer and for each of its parts. A plugin may set less. A call ends by its deadline before; this
/// is for requests that a plugin leaves between calls.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// What hyper reads ahead at most, also of headers.
const BUFFER_BYTES: usize = 64 << 10;
/// The most headers of an answer.
const HEADERS: usize = 128;

/// The future of a connection that goes on while the answer's body is read.
pub(super) type Driver = Box<dyn Future<Output = Result<(), Error>> + Send>;

/// The longest waits of one request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waits {
    connect: Duration,
    first_byte: Duration,
    between_bytes: Duration,
}

impl Waits {
    pub(super) fn new(options: Option<RequestOptions>) -> Self {
        let options = options.unwrap_or_default();
        // A timer of zero would fire before anything can happen.
        let wait = |wanted: Option<Duration>| {
            wanted.unwrap_or(LONGEST_WAIT).clamp(Duration::from_millis(1), LONGEST_WAIT)
        };
        Self {
            connect: wait(options.connect_timeout),
            first_byte: wait(options.first_byte_timeout),
            between_bytes: wait(options.between_bytes_timeout),
        }
    }
}

/// Where a request goes.
pub(super) struct Destination {
    /// As the request names it.
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) is_tls: bool,
    /// Its permitted addresses.
    pub(super) addresses: Vec<IpAddr>,
}

/// Connects to the first of the addresses that answers, and sends the request.
pub(super) async fn send<B>(
    destination: Destination,
    trust: &Trust,
    waits: Waits,
    request: Request<B>,
) -> Result<(Response<Timed>, Driver), Error>
where
    B: Body<Data = Bytes, Error = Error> + Send + Unpin + 'static,
{
    let connect = async {
        let stream = connect(&destination).await?;
        let _ = stream.set_nodelay(true);
        Ok::<_, Error>(match destination.is_tls {
            true => Stream::Tls(Box::new(tls::connect(trust, &destination.host, stream).await?)),
            false => Stream::Plain(stream),
        })
    };
    match timeout(waits.connect, connect).await.map_err(|_| Error::ConnectionTimeout)?? {
        Stream::Tls(stream) => exchange(*stream, waits, request).await,
        Stream::Plain(stream) => exchange(stream, waits, request).await,
    }
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<tokio_rustls::client::TlsStream<TcpStream>>),
}

async fn connect(destination: &Destination) -> Result<TcpStream, Error> {
    let mut last = Error::DestinationNotFound;
    for address in &destination.addresses {
        match TcpStream::connect(SocketAddr::new(*address, destination.port)).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = Error::Connect(error),
        }
    }
    Err(last)
}

async fn exchange<B>(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    waits: Waits,
    mut request: Request<B>,
) -> Result<(Response<Timed>, Driver), Error>
where
    B: Body<Data = Bytes, Error = Error> + Send + Unpin + 'static,
{
    let mut builder = http1::Builder::new();
    builder.max_buf_size(BUFFER_BYTES).max_headers(HEADERS);
    let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await?;
    let mut connection = Box::pin(connection);
    // A server takes the path alone; the host is in its header.
    let path = request.uri().path_and_query().cloned();
    *request.uri_mut() = path.map_or_else(|| Uri::from_static("/"), Uri::from);
    let mut is_open = true;
    let response = {
        let mut send = pin!(sender.send_request(request));
        let answer = poll_fn(|context| {
            if let Poll::Ready(answer) = send.as_mut().poll(context) {
                return Poll::Ready(answer);
            }
            if is_open && connection.as_mut().poll(context).is_ready() {
                is_open = false;
                // The reason is the answer's error.
                return send.as_mut().poll(context);
            }
            Poll::Pending
        });
        timeout(waits.first_byte, answer).await.map_err(|_| Error::ConnectionReadTimeout)??
    };
    let driver = async move {
        if is_open {
            connection.await?;
        }
        Ok(())
    };
    let wait = waits.between_bytes;
    Ok((response.map(|body| Timed { body, wait, timer: Box::pin(sleep(wait)) }), Box::new(driver)))
}

/// The body of an answer, each part of which has to come within a time.
pub(super) struct Timed {
    body: Incoming,
    wait: Duration,
    timer: Pin<Box<Sleep>>,
}

impl Body for Timed {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            // The next part's time runs from when the guest asks for it.
            this.timer.as_mut().reset(tokio::time::Instant::now() + this.wait);
            return Poll::Ready(frame.map(|frame| frame.map_err(Error::from)));
        }
        this.timer.as_mut().poll(context).map(|()| Some(Err(Error::ConnectionReadTimeout)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
