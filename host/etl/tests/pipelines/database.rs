//! A PostgreSQL server of the test's own, on a private folder and port.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A server that ends with the test.
pub(crate) struct Server {
    folder: TempDir,
    port: u16,
    programs: PathBuf,
}

/// The folder of PostgreSQL's programs. Debian keeps them off the path.
fn programs() -> Option<PathBuf> {
    let has = |folder: &Path| folder.join("initdb").exists() && folder.join("pg_ctl").exists();
    let debian = fs::read_dir("/usr/lib/postgresql").ok().into_iter().flatten().flatten();
    let debian = debian.map(|version| version.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    debian.chain(std::env::split_paths(&path)).find(|folder| has(folder))
}

/// PostgreSQL does not run as root; Debian's package brings a user for it.
fn as_owner(program: &Path, folder: &Path) -> Command {
    let root = fs::metadata("/proc/self").is_ok_and(|metadata| {
        use std::os::unix::fs::MetadataExt;
        metadata.uid() == 0
    });
    let mut command;
    if root {
        command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program);
    } else {
        command = Command::new(program);
    }
    command.current_dir(folder).stdin(Stdio::null()).env("LC_ALL", "C");
    command
}

impl Server {
    /// Starts a server. Tests that call this are ignored by default, since PostgreSQL has to be installed.
    pub(crate) fn start() -> Self {
        let programs = programs().expect("PostgreSQL is not installed: run `apt install postgresql`");
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Self { folder, port, programs };
        if server.root() {
            let owned = Command::new("chown").arg("postgres").arg(server.folder.path()).status().unwrap();
            assert!(owned.success());
        }
        let output = as_owner(&server.programs.join("initdb"), server.folder.path())
            .args(["-D", "data", "-U", "witdock", "--auth=trust", "--no-sync", "-E", "UTF8"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        server.up();
        server
    }

    fn root(&self) -> bool {
        use std::os::unix::fs::MetadataExt;
        fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
    }

    fn control(&self, arguments: &[&str]) {
        let status = as_owner(&self.programs.join("pg_ctl"), self.folder.path())
            .args(["-D", "data", "-w", "-t", "60", "-l", "log"])
            .args(arguments)
            .stdout(Stdio::null())
            .status()
            .unwrap();
        let log = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        assert!(status.success(), "{}", log());
    }

    pub(crate) fn up(&self) {
        let folder = self.folder.path().display();
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off",
            self.port
        );
        self.control(&["-o", &options, "start"]);
    }

    /// Restarts the server with a certificate of its own for `localhost`, and returns the certificate's path.
    pub(crate) fn with_tls(&self) -> PathBuf {
        let config = "[req]\ndistinguished_name = dn\nx509_extensions = v3\n[dn]\n[v3]\nsubjectAltName = DNS:localhost\n\
                      basicConstraints = critical, CA:FALSE\n";
        fs::write(self.folder.path().join("openssl.conf"), config).unwrap();
        let output = as_owner("openssl".as_ref(), self.folder.path())
            .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "30"])
            .args(["-config", "openssl.conf", "-keyout", "data/server.key", "-out", "data/server.crt"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        self.ask("ALTER SYSTEM SET ssl = on");
        self.down();
        self.up();
        self.folder.path().join("data/server.crt")
    }

    pub(crate) fn down(&self) {
        self.control(&["-m", "immediate", "stop"]);
    }

    pub(crate) fn url(&self) -> String {
        self.url_of("postgres")
    }

    pub(crate) fn url_of(&self, database: &str) -> String {
        format!("postgres://witdock@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes a database that has what another one has, in the place of what it had.
    pub(crate) fn copy_database(&self, from: &str, to: &str) {
        let end = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{from}'");
        self.ask(&end);
        self.ask(&format!("DROP DATABASE IF EXISTS \"{to}\" WITH (FORCE)"));
        self.ask(&format!("CREATE DATABASE \"{to}\" TEMPLATE \"{from}\""));
    }

    /// Does something while a connection is open that has executed a statement.
    pub(crate) fn while_asking<R>(&self, sql: &str, then: impl FnOnce() -> R) -> R {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let client = runtime.block_on(async {
            let (client, connection) =
                tokio_postgres::connect(&self.url(), tokio_postgres::NoTls).await.unwrap();
            tokio::spawn(connection);
            client.simple_query(sql).await.unwrap();
            client
        });
        let result = then();
        drop(client);
        result
    }

    /// What a statement answers: rows of text, fields between `|`.
    pub(crate) fn ask(&self, sql: &str) -> Vec<String> {
        self.ask_in("postgres", sql)
    }

    pub(crate) fn ask_in(&self, database: &str, sql: &str) -> Vec<String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (client, connection) =
                tokio_postgres::connect(&self.url_of(database), tokio_postgres::NoTls).await.unwrap();
            tokio::spawn(connection);
            let messages = client.simple_query(sql).await.unwrap();
            let rows = messages.iter().filter_map(|message| match message {
                tokio_postgres::SimpleQueryMessage::Row(row) => {
                    let fields = (0..row.len()).map(|field| row.get(field).unwrap_or("null"));
                    Some(fields.collect::<Vec<_>>().join("|"))
                }
                _ => None,
            });
            rows.collect()
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = as_owner(&self.programs.join("pg_ctl"), self.folder.path())
            .args(["-D", "data", "-m", "immediate", "stop"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        let begun = Instant::now();
        while self.folder.path().join("data/postmaster.pid").exists()
            && begun.elapsed() < Duration::from_secs(10)
        {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}
