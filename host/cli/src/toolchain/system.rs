//! The package manager of this machine.

use std::env;
use std::path::PathBuf;

/// A package manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manager {
    Apt,
    Dnf,
    Pacman,
    Apk,
    Brew,
    Winget,
}

/// The machine's package manager, and whether it needs `sudo`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct System {
    manager: Option<Manager>,
    is_root: bool,
}

/// Each manager's program, in the order of preference.
const MANAGERS: [(&str, Manager); 6] = [
    ("apt-get", Manager::Apt),
    ("dnf", Manager::Dnf),
    ("pacman", Manager::Pacman),
    ("apk", Manager::Apk),
    ("brew", Manager::Brew),
    ("winget", Manager::Winget),
];

/// The packages of a tool for each manager; empty where a manager has none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packages {
    pub(super) apt: &'static str,
    pub(super) dnf: &'static str,
    pub(super) pacman: &'static str,
    pub(super) apk: &'static str,
    pub(super) brew: &'static str,
    pub(super) winget: &'static str,
}

impl System {
    pub(super) fn here() -> Self {
        let manager =
            MANAGERS.iter().find(|(program, _)| find(program).is_some()).map(|(_, manager)| *manager);
        Self { manager, is_root: is_root() }
    }

    /// The command that installs packages, or `otherwise` where this machine's manager has none.
    pub(super) fn install(&self, packages: Packages, otherwise: &str) -> String {
        let (command, packages) = match self.manager {
            Some(Manager::Apt) => ("apt-get install -y", packages.apt),
            Some(Manager::Dnf) => ("dnf install -y", packages.dnf),
            Some(Manager::Pacman) => ("pacman -S --needed", packages.pacman),
            Some(Manager::Apk) => ("apk add", packages.apk),
            Some(Manager::Brew) => ("brew install", packages.brew),
            Some(Manager::Winget) => ("winget install", packages.winget),
            None => ("", ""),
        };
        let needs_root = !matches!(self.manager, Some(Manager::Brew | Manager::Winget));
        match packages {
            "" => otherwise.to_owned(),
            packages if needs_root && !self.is_root => format!("sudo {command} {packages}"),
            packages => format!("{command} {packages}"),
        }
    }
}

/// The path of a program on PATH.
pub(super) fn find(program: &str) -> Option<PathBuf> {
    let names = [program.to_owned(), format!("{program}{}", env::consts::EXE_SUFFIX)];
    env::split_paths(&env::var_os("PATH")?)
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)).collect::<Vec<_>>())
        .find(|file| file.is_file())
}

#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    // The owner of this process.
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODE: Packages = Packages {
        apt: "nodejs npm",
        dnf: "nodejs",
        pacman: "nodejs npm",
        apk: "nodejs npm",
        brew: "node",
        winget: "",
    };

    #[test]
    fn the_command_uses_the_systems_manager() {
        let install = |manager, is_root| System { manager, is_root }.install(NODE, "https://nodejs.org");
        assert_eq!(install(Some(Manager::Apt), true), "apt-get install -y nodejs npm");
        assert_eq!(install(Some(Manager::Dnf), false), "sudo dnf install -y nodejs");
        assert_eq!(install(Some(Manager::Brew), false), "brew install node");
        assert_eq!(install(Some(Manager::Winget), false), "https://nodejs.org");
        assert_eq!(install(None, false), "https://nodejs.org");
    }
}
