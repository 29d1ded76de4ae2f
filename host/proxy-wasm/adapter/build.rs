//! The adapter's stack is part of each instance's memory, and its functions need little of it.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=wit");
    println!("cargo::rustc-link-arg-cdylib=-zstack-size=32768");
}
