//! Transcripts: what the commands print, and what the documentation says they print.
//!
//! A changed output is written into them with `TRYCMD=overwrite cargo test --test it commands`; read the difference
//! before you commit it.

#[test]
fn transcripts_and_documentation_show_what_the_commands_print() {
    trycmd::TestCases::new().case("tests/cmd/*.trycmd").case("README.md").case("docs/*.md");
}
