//! The program over real plugins.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

/// Long enough for a build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn program(arguments: &[&str], output: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_image-filter"));
    // The dependencies of the repository's other plugins are already built there.
    command.env("CARGO_TARGET_DIR", format!("{EXAMPLE}/../../../plugins/target"));
    command.current_dir(EXAMPLE).args(arguments).arg("-o").arg(output);
    command
}

fn filter(arguments: &[&str], output: &Path) -> Output {
    program(arguments, output).output().unwrap()
}

fn refused(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out.png");
    let ended = filter(arguments, &output);
    assert!(!ended.status.success() && !output.exists());
    String::from_utf8(ended.stderr).unwrap().lines().last().unwrap().to_owned()
}

/// Width, height, and the pixels.
fn pixels(file: &Path) -> (u32, u32, Vec<u8>) {
    let mut reader = png::Decoder::new(BufReader::new(fs::File::open(file).unwrap())).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    (info.width, info.height, pixels)
}

#[test]
fn filters_follow_one_another() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out.png");
    let ended = filter(&["coast.png", "sepia", "blur:radius=3"], &output);
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let (width, height, pixels) = pixels(&output);
    assert_eq!((width, height, pixels.len()), (160, 120, 160 * 120 * 4));
    // Brown: more red than green, more green than blue, or white where it is brightest.
    assert!(pixels.chunks(4).all(|pixel| pixel[0] >= pixel[1] && pixel[1] >= pixel[2] && pixel[3] == 255));
    // Blurred: no step between neighbours is large.
    let steps = pixels.chunks(160 * 4).flat_map(|row| row.chunks(4).zip(row.chunks(4).skip(1)));
    assert!(steps.map(|(left, right)| left[0].abs_diff(right[0])).max().unwrap() < 60);
}

#[test]
#[ignore = "needs Node.js and npm"]
fn a_filter_in_javascript_with_node() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out.png");
    let ended = filter(&["coast.png", "pixelate:size=40"], &output);
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let (_, _, pixels) = pixels(&output);
    let colours: std::collections::BTreeSet<&[u8]> = pixels.chunks(4).collect();
    assert!((2..=12).contains(&colours.len()), "{} squares of 40 pixels", colours.len());
    assert!(
        refused(&["coast.png", "pixelate:size=0"]).contains("`size` must be a number of pixels, 1 or more")
    );
}

#[test]
fn what_a_filter_must_not_do_ends_it_with_a_reason() {
    for (how, reason) in [
        ("size", "returned 76800 bytes for 160 × 121 pixels; expected 77440"),
        ("memory", "of memory, its limit is"),
        ("panic", "panicked: there is no filter for 19200 pixels, at "),
        ("loop", "took longer than its deadline"),
        ("nice", "cannot process this picture: unknown fault `nice`"),
    ] {
        let said = refused(&["coast.png", &format!("faulty:how={how}")]);
        assert!(said.contains(reason) && said.contains("faulty"), "{how}: {said}");
    }
}

#[test]
fn invalid_input_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("deep.png");
    let mut encoder = png::Encoder::new(fs::File::create(&deep).unwrap(), 1, 1);
    encoder.set_depth(png::BitDepth::Sixteen);
    encoder.write_header().unwrap().write_image_data(&[0, 0]).unwrap();
    let cut = folder.path().join("cut.png");
    let whole = fs::read(format!("{EXAMPLE}/coast.png")).unwrap();
    fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    for (arguments, reason) in [
        (["README.md", "sepia"], "README.md is not a PNG file"),
        (["none.png", "sepia"], "cannot read none.png"),
        ([deep.to_str().unwrap(), "sepia"], "has 16 bits a channel, but filters support only 8"),
        ([cut.to_str().unwrap(), "sepia"], "is damaged"),
        (["coast.png", "sepya"], "unknown filter `sepya`"),
        (["coast.png", "sepia:strength=much"], "`strength` is `much`; expected a percentage, 0 to 100"),
        (
            ["coast.png", "sepia:power=1"],
            "unknown setting `power`; the settings and their defaults are strength=100",
        ),
    ] {
        let said = refused(&arguments);
        assert!(said.starts_with("error: ") && said.contains(reason), "{said}");
    }
}

/// A copy of a plugin's folder as a filter of its own. Its package has the same name, and shares the target folder.
fn copied(filter: &str, to: &Path) -> PathBuf {
    let from = format!("{EXAMPLE}/plugins/{filter}");
    fs::create_dir_all(to.join("src")).unwrap();
    fs::copy(format!("{from}/src/lib.rs"), to.join("src/lib.rs")).unwrap();
    fs::copy(format!("{EXAMPLE}/plugins/Cargo.lock"), to.join("Cargo.lock")).unwrap();
    let profile = "\n[workspace]\n\n[profile.release]\nopt-level = 3\nlto = true\ncodegen-units = 1\npanic = \"abort\"\n";
    let cargo = fs::read_to_string(format!("{from}/Cargo.toml")).unwrap();
    let sdk = format!("image-filter-guest = {{ path = {:?} }}", format!("{EXAMPLE}/guest-sdk"));
    fs::write(to.join("Cargo.toml"), cargo.replace("image-filter-guest.workspace = true", &sdk) + profile)
        .unwrap();
    fs::write(
        to.join("plugin.toml"),
        format!("[plugin]\nname = \"{filter}\"\n\n[build]\nlanguage = \"rust\"\n"),
    )
    .unwrap();
    to.join("src/lib.rs")
}

#[test]
fn a_changed_filter_makes_the_output_anew() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out.png");
    let source = copied("sepia", &folder.path().join("sepia"));
    let plugins = folder.path().to_str().unwrap();
    let arguments = ["coast.png", "sepia", "--watch", "--plugins", plugins];
    let mut watching = program(&arguments, &output).stdout(Stdio::piped()).spawn().unwrap();
    let (sender, lines) = channel();
    let stdout = BufReader::new(watching.stdout.take().unwrap());
    thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
    assert!(lines.recv_timeout(PATIENCE).unwrap().starts_with("wrote "));
    let brown = pixels(&output).2;
    let changed = fs::read_to_string(&source)
        .unwrap()
        .replace("Ok(image)", "image.pixels.reverse();\n        Ok(image)");
    fs::write(&source, changed).unwrap();
    assert!(lines.recv_timeout(PATIENCE).unwrap().starts_with("wrote "));
    watching.kill().unwrap();
    watching.wait().unwrap();
    let mut reversed = pixels(&output).2;
    reversed.reverse();
    assert_eq!(reversed, brown);
}
