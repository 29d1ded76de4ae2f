//! An S3 server of the test's own: `moto`, a Python package.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};

use crate::project::eventually;

/// A server that ends with the test. Its buckets are reached with paths.
pub(crate) struct S3 {
    address: String,
    child: Child,
}

impl S3 {
    /// Starts a server. Tests that call this are ignored by default, since `moto[server]` has to be installed.
    pub(crate) fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new("python3")
            .args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { address: format!("127.0.0.1:{port}"), child };
        eventually("moto answers", || TcpStream::connect(&server.address).ok());
        server
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Makes a bucket.
    pub(crate) fn bucket(&self, name: &str) {
        self.put(name, "");
    }

    /// Puts an object: `bucket/key`.
    pub(crate) fn put(&self, path: &str, body: impl AsRef<[u8]>) {
        let (status, body) = self.ask("PUT", path, body.as_ref());
        assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&body));
    }

    pub(crate) fn get(&self, path: &str) -> Vec<u8> {
        let (status, body) = self.ask("GET", path, &[]);
        assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&body));
        body
    }

    pub(crate) fn text(&self, path: &str) -> String {
        String::from_utf8(self.get(path)).unwrap()
    }

    /// The keys of all objects in a bucket.
    pub(crate) fn keys(&self, bucket: &str) -> Vec<String> {
        let listed = self.text(&format!("{bucket}?list-type=2"));
        listed.split("<Key>").skip(1).map(|key| key.split("</Key>").next().unwrap().to_owned()).collect()
    }

    /// How many uploads were begun and neither completed nor given up.
    pub(crate) fn unfinished(&self, bucket: &str) -> usize {
        self.text(&format!("{bucket}?uploads")).matches("<Upload>").count()
    }

    fn ask(&self, method: &str, path: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        write!(
            stream,
            "{method} /{path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {length}\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential=test/20130101/us-east-1/s3/aws4_request\r\n\r\n",
            self.address
        )
        .unwrap();
        stream.write_all(body).unwrap();
        let mut reader = BufReader::new(stream);
        let (first, _) = head(&mut reader).unwrap();
        let mut body = Vec::new();
        reader.read_to_end(&mut body).unwrap();
        (first.split(' ').nth(1).unwrap().parse().unwrap(), body)
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The first line, and all lines with it.
fn head(reader: &mut impl BufRead) -> Option<(String, Vec<String>)> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            return Some((lines.first().cloned()?, lines));
        }
        lines.push(line);
    }
}

/// Between a program and a server. It passes everything on, up to one request that changes something: the server has done that one when the program
/// is to die, and the program never hears of it.
pub(crate) struct Between {
    pub(crate) endpoint: String,
    /// Gets a message when it is time.
    pub(crate) due: Receiver<()>,
    changes: Arc<AtomicUsize>,
    last: Arc<AtomicUsize>,
}

impl Between {
    pub(crate) fn start(server: &S3, last: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (sender, due) = channel();
        let changes = Arc::new(AtomicUsize::new(0));
        let (address, counted) = (server.address.clone(), Arc::clone(&changes));
        let last = Arc::new(AtomicUsize::new(last));
        let most = Arc::clone(&last);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, address, sender) = (stream.unwrap(), address.clone(), sender.clone());
                let (counted, most) = (Arc::clone(&counted), Arc::clone(&most));
                std::thread::spawn(move || {
                    let mut reader = BufReader::new(stream.try_clone().unwrap());
                    while let Some((first, lines)) = head(&mut reader) {
                        let Some(answer) = pass_on(&address, &lines, &mut reader) else { return };
                        let changes = first.starts_with("PUT")
                            || first.starts_with("POST")
                            || first.starts_with("DELETE");
                        if changes
                            && counted.fetch_add(1, Ordering::SeqCst) + 1 >= most.load(Ordering::SeqCst)
                        {
                            let _ = sender.send(());
                            return;
                        }
                        if (&stream).write_all(&answer).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Self { endpoint, due, changes, last }
    }

    /// Passes everything on from here on.
    pub(crate) fn open(&self) {
        self.last.store(usize::MAX, Ordering::SeqCst);
    }

    /// Requests so far that change something.
    pub(crate) fn changes(&self) -> usize {
        self.changes.load(Ordering::SeqCst)
    }
}

/// Asks the server, and returns its whole answer.
fn pass_on(address: &str, lines: &[String], body: &mut impl Read) -> Option<Vec<u8>> {
    let length = |lines: &[String]| {
        let mut lengths = lines.iter().filter_map(|line| {
            line.to_ascii_lowercase()
                .strip_prefix("content-length:")
                .and_then(|length| length.trim().parse().ok())
        });
        lengths.next().unwrap_or(0)
    };
    let mut request = lines.concat().into_bytes();
    request.extend(b"\r\n");
    body.take(length(lines)).read_to_end(&mut request).ok()?;
    let mut server = TcpStream::connect(address).ok()?;
    server.write_all(&request).ok()?;
    let mut reader = BufReader::new(server);
    let (_, lines) = head(&mut reader)?;
    let mut answer = lines.concat().into_bytes();
    answer.extend(b"\r\n");
    if !request.starts_with(b"HEAD") {
        reader.take(length(&lines)).read_to_end(&mut answer).ok()?;
    }
    Some(answer)
}
