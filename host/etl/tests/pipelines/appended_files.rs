//! Rows that are added to a file which has some: its last line, its header, and its compression.

use std::fs;
use std::io::Write;

use crate::commits::{appending, arrive, project};
use crate::project::Project;

#[test]
fn a_last_line_without_an_end_gets_one() {
    for (format, path, held) in
        [("csv", "out.csv", "a\n0"), ("jsonl", "out.jsonl", "{\"a\":\"0\"}"), ("csv", "out.csv.gz", "a\n0")]
    {
        let project = project("", &appending(format, path));
        arrive(&project, "1.csv", 1..2);
        let held = if path.ends_with("gz") { gzip(held) } else { held.as_bytes().to_vec() };
        fs::write(project.path(path), held).unwrap();
        project.run(&[]);
        let text = if path.ends_with("gz") { gunzip(&project, path) } else { project.read(path) };
        let expected = if format == "csv" { "a\n0\n1\n" } else { "{\"a\":\"0\"}\n{\"a\":\"1\"}\n" };
        assert_eq!(text, expected);
    }
}

/// Frames that decoders skip, as parallel compressors and seekable formats write them, and members without text.
#[test]
fn rows_are_added_behind_any_frame() {
    let skipped = [0x5e, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4];
    let zstd = |text: &str| zstd::encode_all(text.as_bytes(), 3).unwrap();
    for (path, held, expected) in [
        ("out.csv.zst", [&skipped[..], &zstd("a\n0\n")].concat(), "a\n0\n1\n"),
        ("out.csv.zst", [&zstd("a\n0\n"), &skipped[..]].concat(), "a\n0\n1\n"),
        ("out.csv.zst", [&zstd("a\n"), &skipped[..], &zstd("0")].concat(), "a\n0\n1\n"),
        ("out.csv.zst", skipped.to_vec(), "a\n1\n"),
        ("out.csv.zst", zstd(""), "a\n1\n"),
        ("out.csv.gz", gzip(""), "a\n1\n"),
        ("out.csv.gz", [gzip("a\n"), gzip("0")].concat(), "a\n0\n1\n"),
    ] {
        let project = project("", &appending("csv", path));
        arrive(&project, "1.csv", 1..2);
        fs::write(project.path(path), held).unwrap();
        project.run(&[]);
        let text = if path.ends_with("gz") {
            gunzip(&project, path)
        } else {
            String::from_utf8(zstd::decode_all(fs::File::open(project.path(path)).unwrap()).unwrap()).unwrap()
        };
        assert_eq!(text, expected, "{path}");
    }
}

/// Several commits of one run, of which only the first looks at what there was.
#[test]
fn each_commit_adds_to_a_compressed_file() {
    for path in ["out.csv.gz", "out.csv.zst"] {
        let project = project("", &appending("csv", path));
        (1..4).for_each(|row| arrive(&project, &format!("{row}.csv"), row..row + 1));
        let held =
            if path.ends_with("gz") { gzip("a\n0") } else { zstd::encode_all(&b"a\n0"[..], 3).unwrap() };
        fs::write(project.path(path), held).unwrap();
        assert_eq!(project.summary(&[])["commits"], 4);
        let text = if path.ends_with("gz") {
            gunzip(&project, path)
        } else {
            String::from_utf8(zstd::decode_all(fs::File::open(project.path(path)).unwrap()).unwrap()).unwrap()
        };
        assert_eq!(text, "a\n0\n1\n2\n3\n");
    }
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn gunzip(project: &Project, name: &str) -> String {
    let file = fs::File::open(project.path(name)).unwrap();
    std::io::read_to_string(flate2::read::MultiGzDecoder::new(file)).unwrap()
}

#[test]
fn a_header_is_compared_by_its_names() {
    for header in ["\u{feff}a\n", "\"a\"\n", "\u{feff}\"a\"\r\n"] {
        let project = project("", &appending("csv", "out.csv"));
        arrive(&project, "1.csv", 1..2);
        fs::write(project.path("out.csv"), header).unwrap();
        project.run(&[]);
        assert_eq!(project.read("out.csv"), format!("{header}1\n"));
    }
}

#[test]
fn an_appended_file_is_of_the_compression_that_its_name_says() {
    for (path, held, words) in [
        ("out.csv.GZ", b"a\n0\n".to_vec(), "is plain text"),
        ("out.csv", gzip("a\n0\n"), "is compressed with gzip"),
        ("out.csv.zst", gzip("a\n0\n"), "is compressed with gzip"),
        ("out.csv.gz", [gzip("a\n0\n"), vec![0; 512]].concat(), "ends in zeros"),
    ] {
        let project = project("", &appending("csv", path));
        arrive(&project, "1.csv", 0..1);
        fs::write(project.path(path), &held).unwrap();
        let error = project.error(&["run", "pipeline.toml"]);
        assert!(error.contains(words), "{error}");
        assert_eq!(fs::read(project.path(path)).unwrap(), held);
    }
    let project = project("", &appending("csv", "out.csv.bz2"));
    arrive(&project, "1.csv", 0..1);
    assert!(project.error(&["run", "pipeline.toml"]).contains("cannot write a .bz2 file"));
}
