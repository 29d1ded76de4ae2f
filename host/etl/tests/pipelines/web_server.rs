//! A web server of the test's own. It can do what real ones do when they break.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A server that ends with the test.
pub(crate) struct WebServer {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// With its query.
    pub(crate) path: String,
    /// The range of bytes that is asked for, from and to, both included.
    pub(crate) range: Option<(usize, usize)>,
    /// The version of the file that alone is wanted.
    pub(crate) wanted: Option<String>,
}

#[derive(Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    /// The name of the file's version.
    pub(crate) version: Option<&'static str>,
    /// Whether parts of the file are sent.
    pub(crate) ranges: bool,
    /// The connection ends behind so many bytes of the body.
    pub(crate) cut: Option<usize>,
}

impl Answer {
    pub(crate) fn file(body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, body: body.into(), ..Self::default() }
    }

    pub(crate) fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    fn send(self, request: &Request, stream: &mut TcpStream) -> std::io::Result<()> {
        let (mut status, mut body, mut head) = (self.status, self.body.as_slice(), String::new());
        if let Some(version) = self.version {
            head += &format!("ETag: \"{version}\"\r\nLast-Modified: Tue, 01 Jan 2013 00:00:00 GMT\r\n");
        }
        if request.wanted.is_some() && request.wanted.as_deref() != self.version {
            (status, body) = (412, &[]);
        } else if let (Some((from, to)), true) = (request.range, self.ranges) {
            let to = to.min(body.len() - 1);
            head += &format!("Content-Range: bytes {from}-{to}/{}\r\n", body.len());
            (status, body) = (206, &body[from..=to]);
        }
        write!(
            stream,
            "HTTP/1.1 {status} Status\r\nContent-Length: {}\r\nConnection: close\r\n{head}\r\n",
            body.len()
        )?;
        if request.method != "HEAD" {
            stream.write_all(&body[..self.cut.unwrap_or(body.len()).min(body.len())])?;
        }
        stream.flush()
    }
}

impl WebServer {
    pub(crate) fn start(answer: impl Fn(&Request) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some(request) = read(&stream) else { continue };
                seen.lock().unwrap().push(request.clone());
                // The client may have heard enough.
                let _ = answer(&request).send(&request, &mut stream);
            }
        });
        Self { url, requests }
    }

    /// The requests so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    let mut words = first.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (mut range, mut wanted) = (None, None);
    for line in lines {
        let line = line.ok()?.to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(version) = line.strip_prefix("if-match: ") {
            wanted = Some(version.trim_matches('"').to_owned());
        }
        if let Some((from, to)) = line.strip_prefix("range: bytes=").and_then(|bytes| bytes.split_once('-')) {
            range = Some((from.parse().unwrap(), to.parse().unwrap()));
        }
    }
    Some(Request { method, path, range, wanted })
}
