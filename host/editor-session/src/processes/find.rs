//! Finding a program by its name.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// The program of this name in the folders of `PATH`. Folders that are not absolute do not count: what they are depends on where the editor was started, which may
/// be the folder of a project that somebody else wrote.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    find_in(name, &std::env::var_os("PATH")?)
}

fn find_in(name: &str, folders: &OsStr) -> Option<PathBuf> {
    let names = [name.to_owned(), format!("{name}{}", std::env::consts::EXE_SUFFIX)];
    std::env::split_paths(folders)
        .filter(|folder| folder.is_absolute())
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)).collect::<Vec<_>>())
        .find(|path| is_program(path))
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    let is_file = std::fs::metadata(path).is_ok_and(|found| found.is_file());
    is_file && rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok()
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    // attack: a program with the name of a granted one in the folder of the project, with `.` in the PATH
    // host: does not take it
    #[test]
    fn only_programs_in_absolute_folders_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str, mode: u32| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, "#!/bin/sh\n").unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            path
        };
        at("plain/tool", 0o644);
        let tool = at("bin/tool", 0o755);
        std::fs::create_dir(folder.path().join("plain/other")).unwrap();
        let folders = |names: &[&str]| {
            let absolute = names.iter().map(|name| match name.strip_prefix('/') {
                Some(name) => folder.path().join(name),
                None => PathBuf::from(name),
            });
            std::env::join_paths(absolute).unwrap()
        };
        assert_eq!(find_in("tool", &folders(&["", ".", "src", "/plain", "/bin"])), Some(tool));
        assert_eq!(find_in("other", &folders(&["/plain"])), None);
        // The crate's own folder has a file of this name.
        assert_eq!(find_in("Cargo.toml", &folders(&["", "."])), None);
    }
}
