//! The environment of a build's programs: what they need of the host's own, by name, and not the secrets beside it.
//!
//! A variable that is missing here, and that a tool needs, goes into `env` of the manifest if its value is the same everywhere, or into
//! [`FURTHER`] on a machine where it is not.

use std::collections::BTreeMap;
use std::ffi::OsString;

use tokio::process::Command;

/// The host's variable with names of further variables for builds, separated by commas.
const FURTHER: &str = "WITDOCK_BUILD_ENV";

/// Variables that builds get from the host's environment.
const NAMES: &[&str] = &[
    // The system and the user.
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "TERM",
    "TZ",
    "LANG",
    "LANGUAGE",
    "TMPDIR",
    "TEMP",
    "TMP",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
    "SOURCE_DATE_EPOCH",
    "NO_COLOR",
    // The same on Windows.
    "APPDATA",
    "LOCALAPPDATA",
    "USERPROFILE",
    "PROGRAMDATA",
    "PROGRAMFILES",
    "PROGRAMFILES(X86)",
    "PROGRAMW6432",
    "COMMONPROGRAMFILES",
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "WINDIR",
    "COMSPEC",
    "PATHEXT",
    "NUMBER_OF_PROCESSORS",
    "PROCESSOR_ARCHITECTURE",
    "OS",
    // The network: proxies and certificates.
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NIX_SSL_CERT_FILE",
    // Compilers.
    "CARGO",
    "RUSTC",
    "RUSTC_WRAPPER",
    "RUSTDOC",
    "CC",
    "CXX",
    "AR",
    "CFLAGS",
    "CXXFLAGS",
    "LDFLAGS",
    "PYTHON",
    "WASI_SDK_PATH",
    "WASI_SYSROOT",
    "PKG_CONFIG_PATH",
    "EMSDK",
    // Package managers and interpreters.
    "GOPATH",
    "GOROOT",
    "GOBIN",
    "GOCACHE",
    "GOMODCACHE",
    "GOENV",
    "GOFLAGS",
    "GOPROXY",
    "GOSUMDB",
    "GOPRIVATE",
    "GONOPROXY",
    "GONOSUMDB",
    "GOTOOLCHAIN",
    "GOTMPDIR",
    "GO111MODULE",
    "NODE_PATH",
    "NVM_DIR",
    "PYTHONPATH",
    "VIRTUAL_ENV",
    "JAVA_HOME",
    "DOTNET_ROOT",
];

/// Beginnings of names of tools' variables, which builds get too.
const PREFIXES: &[&str] = &[
    "LC_",
    "CARGO_",
    "RUSTUP_",
    "SCCACHE_",
    "CCACHE_",
    "CGO_",
    "TINYGO",
    "ZIG",
    "WASM_",
    "CC_",
    "CXX_",
    "AR_",
    "RANLIB_",
    "CFLAGS_",
    "CXXFLAGS_",
    "PIP_CACHE",
    "UV_CACHE",
    "npm_config_cache",
    "NIX_CFLAGS",
    "NIX_LDFLAGS",
];

/// Words in names of variables that hold secrets, whatever they begin with.
const SECRETS: [&str; 6] = ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL", "API_KEY"];

/// Variables that redirect cargo's output to another folder.
const SHARED_OUTPUT: [&str; 4] =
    ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "CARGO_BUILD_BUILD_DIR", "CARGO_BUILD_TARGET"];

/// Variables that differ from one terminal or session to the next, and that no output depends on.
const OF_TERMINALS: [&str; 4] = ["TERM", "NO_COLOR", "XDG_RUNTIME_DIR", "SHELL"];

/// The variables for a build's program.
pub(super) struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// Those of the host that builds get.
    pub(super) fn of_host() -> Self {
        let further = std::env::var(FURTHER).unwrap_or_default();
        let further: Vec<&str> = further.split(',').map(str::trim).collect();
        let is_passed =
            |name: &str| is_passed(name) && !belongs_to_outer_build(name) || further.contains(&name);
        let host = std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_passed));
        Self(host.collect())
    }

    /// Without those that redirect cargo's output. `output` in `[build]` is a path in the plugin's folder, and the output of an
    /// earlier build there must not be taken for this one's.
    pub(super) fn without_shared_output(mut self) -> Self {
        self.0.retain(|name, _| !name.to_str().is_some_and(|name| SHARED_OUTPUT.contains(&name)));
        self
    }

    /// Without those that belong to a terminal and no tool makes code of.
    pub(super) fn of_tools(&self) -> impl Iterator<Item = (&OsString, &OsString)> {
        self.0.iter().filter(|(name, _)| !name.to_str().is_some_and(|name| OF_TERMINALS.contains(&name)))
    }

    pub(super) fn apply(self, command: &mut Command) {
        command.env_clear().envs(self.0);
    }
}

fn is_passed(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let is_secret = SECRETS.iter().any(|word| upper.contains(word));
    // Names on Windows have any case.
    let is_known = NAMES.contains(&name) || cfg!(windows) && NAMES.contains(&&*upper);
    !is_secret && (is_known || PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
}

/// Whether a variable describes the package or the compilation that the host itself is part of: the host may run under `cargo run`.
/// Variables that users set for every cargo (`CARGO_HOME`, `CARGO_TARGET_DIR`, `CARGO_NET_OFFLINE`, `RUSTC_WRAPPER`) stay.
fn belongs_to_outer_build(variable: &str) -> bool {
    // `RUSTFLAGS` and the like are for the host's linker and processor, and are not passed: flags for wasm belong in the plugin's
    // .cargo/config.toml. Coverage and clippy wrap the host's workspace with `RUSTC_WORKSPACE_WRAPPER`, which is not passed either.
    const NAMES: [&str; 10] = [
        "CARGO_BIN_NAME",
        "CARGO_BUILD_RUSTFLAGS",
        "CARGO_CRATE_NAME",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_MAKEFLAGS",
        "CARGO_MANIFEST_DIR",
        "CARGO_MANIFEST_LINKS",
        "CARGO_MANIFEST_PATH",
        "CARGO_PRIMARY_PACKAGE",
        "CARGO_TARGET_TMPDIR",
    ];
    const PREFIXES: [&str; 4] = ["CARGO_PKG_", "CARGO_BIN_EXE_", "CARGO_CFG_", "CARGO_FEATURE_"];
    NAMES.contains(&variable) || PREFIXES.iter().any(|prefix| variable.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builds_get_what_their_tools_need_and_no_secrets() {
        let passed = |name: &str| is_passed(name) && !belongs_to_outer_build(name);
        for name in [
            "PATH",
            "HOME",
            "LC_ALL",
            "CARGO_HOME",
            "CARGO_TARGET_DIR",
            "CARGO_NET_OFFLINE",
            "CARGO",
            "RUSTUP_HOME",
            "RUSTUP_TOOLCHAIN",
            "RUSTC_WRAPPER",
            "GOPATH",
            "GOFLAGS",
            "HTTPS_PROXY",
            "https_proxy",
            "WASI_SDK_PATH",
        ] {
            assert!(passed(name), "{name}");
        }
        for name in [
            "AWS_SECRET_ACCESS_KEY",
            "GITHUB_TOKEN",
            "CARGO_REGISTRY_TOKEN",
            "CARGO_REGISTRIES_OWN_TOKEN",
            "SSH_AUTH_SOCK",
            "DATABASE_URL",
            "PGPASSWORD",
            "GOOGLE_CLOUD_PROJECT",
            "npm_config__authToken",
            "OPENAI_API_KEY",
            "GOOGLE_APPLICATION_CREDENTIALS",
            "LD_PRELOAD",
            "CARGO_PKG_NAME",
            "CARGO_MANIFEST_DIR",
            "RUSTFLAGS",
            "CARGO_BIN_EXE_witdock",
            "OUT_DIR",
        ] {
            assert!(!passed(name), "{name}");
        }
    }
}
