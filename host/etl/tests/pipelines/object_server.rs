//! Object stores of the test's own: `moto` for S3, a Python package, and `azurite` for Azure, an npm package.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};

use crate::project::eventually;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    S3,
    Azure,
}

/// The account that azurite has, and its key, which is the same for everybody.
const ACCOUNT: &str = "devstoreaccount1";
const KEY: &str = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
/// The credentials of both servers. moto does not check its own.
pub(crate) const CREDENTIALS: [(&str, &str); 4] = [
    ("AWS_ACCESS_KEY_ID", "test"),
    ("AWS_SECRET_ACCESS_KEY", "test"),
    ("AZURE_STORAGE_ACCOUNT_NAME", ACCOUNT),
    ("AZURE_STORAGE_ACCOUNT_KEY", KEY),
];
/// A signature of that key which allows this module everything.
const SIGNED: &str = "sv=2021-08-06&ss=b&srt=sco&sp=rwdlac&se=2999-01-01T00%3A00%3A00Z&sig=DdDUTUugLy1ZP6Q1t3gEyDJ3I5%2BgIHgRhkS6fVyLhZs%3D";

/// A server that ends with the test.
pub(crate) struct ObjectServer {
    kind: Kind,
    address: String,
    child: Child,
}

impl ObjectServer {
    /// Starts an S3 server. Tests that call this are ignored by default, since `moto[server]` has to be installed.
    pub(crate) fn moto() -> Self {
        Self::start(Kind::S3, "moto", |port| {
            let mut command = Command::new("python3");
            command.args(["-m", "moto.server", "-H", "127.0.0.1", "-p", port]);
            command
        })
    }

    /// Starts an Azure server. Tests that call this are ignored by default, since `azurite` has to be installed.
    pub(crate) fn azurite() -> Self {
        Self::start(Kind::Azure, "azurite", |port| {
            let mut command = Command::new("azurite-blob");
            let address = ["--blobHost", "127.0.0.1", "--blobPort", port];
            command.args(address).args(["--inMemoryPersistence", "--skipApiVersionCheck", "--silent"]);
            command
        })
    }

    fn start(kind: Kind, name: &str, command: impl FnOnce(&str) -> Command) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = command(&port.to_string());
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let server = Self { kind, address: format!("127.0.0.1:{port}"), child };
        eventually(&format!("{name} answers"), || TcpStream::connect(&server.address).ok());
        server
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A `store` table for this server, which answers at an endpoint.
    pub(crate) fn store(&self, endpoint: &str) -> String {
        match self.kind {
            Kind::S3 => {
                format!("store = {{ endpoint = \"{endpoint}\", region = \"us-east-1\", retries = 2 }}\n")
            }
            Kind::Azure => {
                format!(
                    "store = {{ endpoint = \"{endpoint}/{ACCOUNT}\", account = \"{ACCOUNT}\", retries = 2 }}\n"
                )
            }
        }
    }

    /// A text with urls of S3, for this store.
    pub(crate) fn own(&self, text: &str) -> String {
        match self.kind {
            Kind::S3 => text.to_owned(),
            Kind::Azure => text.replace("s3://", "az://").replace("s3a://", "AZ://"),
        }
    }

    /// How many requests that look like changes check whether a target can be written. Azure has none for it.
    pub(crate) fn checks(&self) -> usize {
        if self.kind == Kind::S3 { 2 } else { 0 }
    }

    /// Makes a bucket.
    pub(crate) fn bucket(&self, name: &str) {
        let query = if self.kind == Kind::S3 { "" } else { "?restype=container" };
        self.ask("PUT", &format!("{name}{query}"), &[]);
    }

    /// Puts an object: `bucket/key`.
    pub(crate) fn put(&self, path: &str, body: impl AsRef<[u8]>) {
        self.ask("PUT", path, body.as_ref());
    }

    pub(crate) fn get(&self, path: &str) -> Vec<u8> {
        self.ask("GET", path, &[])
    }

    pub(crate) fn text(&self, path: &str) -> String {
        String::from_utf8(self.get(path)).unwrap()
    }

    /// The keys of all objects in a bucket.
    pub(crate) fn keys(&self, bucket: &str) -> Vec<String> {
        let (query, tag) = match self.kind {
            Kind::S3 => ("list-type=2", "Key"),
            Kind::Azure => ("restype=container&comp=list", "Name"),
        };
        let listed = self.text(&format!("{bucket}?{query}"));
        let (begin, end) = (format!("<{tag}>"), format!("</{tag}>"));
        listed.split(&begin).skip(1).map(|key| key.split(&end).next().unwrap().to_owned()).collect()
    }

    /// How many uploads were begun and neither completed nor given up. Azure forgets its own after a week, and does not charge for them.
    pub(crate) fn unfinished(&self, bucket: &str) -> Option<usize> {
        (self.kind == Kind::S3).then(|| self.text(&format!("{bucket}?uploads")).matches("<Upload>").count())
    }

    /// The answer to a request that succeeds.
    fn ask(&self, method: &str, path: &str, body: &[u8]) -> Vec<u8> {
        let (path, header) = match self.kind {
            Kind::S3 => (
                format!("/{path}"),
                "Authorization: AWS4-HMAC-SHA256 Credential=test/20130101/us-east-1/s3/aws4_request",
            ),
            Kind::Azure => {
                let and = if path.contains('?') { '&' } else { '?' };
                (format!("/{ACCOUNT}/{path}{and}{SIGNED}"), "x-ms-blob-type: BlockBlob")
            }
        };
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {length}\r\n{header}\r\n\r\n",
            self.address
        )
        .unwrap();
        stream.write_all(body).unwrap();
        let mut reader = BufReader::new(stream);
        let (first, lines) = head(&mut reader).unwrap();
        let mut body = Vec::new();
        if is_chunked(&lines) {
            while let Some((_, chunk)) = chunk(&mut reader) {
                body.extend(chunk);
            }
        } else {
            reader.read_to_end(&mut body).unwrap();
        }
        let status = first.split(' ').nth(1).unwrap();
        assert!(status.starts_with('2'), "{method} {path}: {first}{}", String::from_utf8_lossy(&body));
        body
    }
}

impl Drop for ObjectServer {
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

fn is_chunked(lines: &[String]) -> bool {
    lines.iter().any(|line| line.to_ascii_lowercase().starts_with("transfer-encoding: chunked"))
}

/// The next chunk of a body, as it was sent and as it is, or none after the last one.
fn chunk(reader: &mut impl BufRead) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut sent = Vec::new();
    reader.read_until(b'\n', &mut sent).ok()?;
    let length = usize::from_str_radix(std::str::from_utf8(&sent).ok()?.trim(), 16).ok()?;
    let mut content = vec![0; length];
    reader.read_exact(&mut content).ok()?;
    sent.extend(&content);
    reader.read_until(b'\n', &mut sent).ok()?;
    (length > 0).then_some((sent, content))
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
    pub(crate) fn start(server: &ObjectServer, last: usize) -> Self {
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
    if request.starts_with(b"HEAD") {
        return Some(answer);
    }
    if is_chunked(&lines) {
        while let Some((sent, _)) = chunk(&mut reader) {
            answer.extend(sent);
        }
        answer.extend(b"0\r\n\r\n");
    } else {
        reader.take(length(&lines)).read_to_end(&mut answer).ok()?;
    }
    Some(answer)
}
