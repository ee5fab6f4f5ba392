//! The `sockeye` command.
fn main() {}
