//! The variables of the editor's environment that each process of a plugin gets: those of the system, the user, the locale and compilers. Others, which may hold
//! secrets, a plugin asks for by name.

use std::ffi::OsString;

const NAMES: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
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
    // The same on Windows.
    "APPDATA",
    "LOCALAPPDATA",
    "USERPROFILE",
    "PROGRAMDATA",
    "PROGRAMFILES",
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "WINDIR",
    "COMSPEC",
    "PATHEXT",
    // Where compilers and interpreters have their parts.
    "CARGO_HOME",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "GOPATH",
    "GOROOT",
    "GOCACHE",
    "GOMODCACHE",
    "JAVA_HOME",
    "NODE_PATH",
    "NVM_DIR",
    "PYTHONPATH",
    "VIRTUAL_ENV",
];

/// The locale's variables.
const PREFIX: &str = "LC_";

/// The variables of this process that processes of plugins get.
pub(super) fn variables() -> impl Iterator<Item = (OsString, OsString)> {
    std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_passed))
}

fn is_passed(name: &str) -> bool {
    // Names on Windows have any case.
    let is_named =
        NAMES.contains(&name) || cfg!(windows) && NAMES.contains(&name.to_ascii_uppercase().as_str());
    is_named || name.starts_with(PREFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_gets_what_is_named_and_no_secret() {
        for passed in ["PATH", "HOME", "LC_ALL", "CARGO_HOME"] {
            assert!(is_passed(passed), "{passed}");
        }
        for kept in
            ["GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "SSH_AUTH_SOCK", "LD_PRELOAD", "CARGO_REGISTRY_TOKEN"]
        {
            assert!(!is_passed(kept), "{kept}");
        }
    }
}
