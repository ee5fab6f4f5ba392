//! What may stand in a file, and what is said of what may not.

use proptest::prelude::*;

use super::*;
use crate::cli::args::KeyArgs;
use crate::cli::args::{DecodeAs, ReadingArgs};
use crate::cli::check::{CheckFormat, FailOn};

fn error(text: &str) -> String {
    parse(text).unwrap_err().found_in("sockeye.toml", text).to_string()
}

#[test]
fn every_option_has_its_key() {
    let text = r#"
        [check]
        format = "sarif"
        fail-on = "never"
        select = ["ws1", "unmasked-client-frame"]
        ignore = []
        require-complete = true
        expect-websocket = 0x10
        filter = "tcp.port == 3000"
        decode-as = ["tcp.port==3000,websocket"]
        limit = ["payload=64M", "connections=5"]
    "#;
    let expected = CheckChoices {
        format: Some(CheckFormat::Sarif),
        fail_on: Some(FailOn::Never),
        select: vec!["ws1".to_owned(), "unmasked-client-frame".to_owned()],
        ignore: Vec::new(),
        require_complete: Some(true),
        expect_websocket: Some(16),
        filter: Some("tcp.port == 3000".to_owned()),
        reading: ReadingArgs {
            decode_as: vec![DecodeAs { port: 3000 }],
            limit: vec!["payload=64M".parse().unwrap(), "connections=5".parse().unwrap()],
            keys: KeyArgs::default(),
        },
    };
    assert_eq!(parse(text).unwrap(), expected);
    assert!(KEYS.iter().all(|key| text.contains(&format!("{key} = "))));
}

#[test]
fn a_file_may_say_nothing() {
    for text in ["", "# nothing\n", "[check]\n"] {
        assert_eq!(parse(text).unwrap(), CheckChoices::default(), "{text:?}");
    }
}

#[test]
fn the_command_line_wins_and_its_lists_replace_those_of_the_file() {
    let file = "[check]\nfail-on = \"info\"\nselect = [\"WS1\"]\nignore = [\"WS111\"]\nexpect-websocket = 2";
    let given = CheckChoices {
        fail_on: Some(FailOn::Error),
        ignore: vec!["WS2".to_owned()],
        ..CheckChoices::default()
    };
    let choices = given.or(parse(file).unwrap());
    assert_eq!((choices.fail_on, choices.expect_websocket), (Some(FailOn::Error), Some(2)));
    assert_eq!((choices.select, choices.ignore), (vec!["WS1".to_owned()], vec!["WS2".to_owned()]));
}

#[test]
fn an_unknown_key_is_shown_with_what_was_meant() {
    assert_eq!(
        error("[check]\nfail-on = \"info\"\nfail_on = \"never\"\n"),
        "in sockeye.toml, line 3, column 1: unknown key `fail_on`\n  \
         fail_on = \"never\"\n  \
         ^^^^^^^ did you mean `fail-on`?"
    );
    assert_eq!(
        error("[chek]\n"),
        "in sockeye.toml, line 1, column 2: unknown key `chek`\n  [chek]\n   ^^^^ did you mean `check`?"
    );
    assert!(error("[check]\ncolour = true").ends_with(
        "known here: format, fail-on, select, ignore, \
        require-complete, expect-websocket, filter, decode-as, limit"
    ));
}

#[test]
fn a_wrong_type_is_shown_with_the_right_one() {
    assert_eq!(
        error("[check]\n  select = \"WS1\""),
        "in sockeye.toml, line 2, column 12: expected a list of strings, and this is of type string\n    \
         select = \"WS1\"\n             \
         ^^^^^ write it like this: select = [\"WS1\", \"WS201\"]"
    );
    for (line, place, expected) in [
        ("format = 1", "column 10", "expected a string"),
        ("ignore = [1]", "column 11", "expected a string"),
        ("require-complete = \"yes\"", "column 20", "expected a boolean"),
        ("expect-websocket = -1", "column 20", "expected a number, 0 or more"),
        ("expect-websocket = 99999999999999999999", "column 20", "expected a number, 0 or more"),
        ("filter = []", "column 10", "expected a string"),
        ("decode-as = 3000", "column 13", "expected a list of strings"),
        ("limit = { payload = 1 }", "column 9", "expected a list of strings"),
    ] {
        let error = error(&format!("[check]\n{line}\n"));
        assert!(error.contains(&format!("line 2, {place}: {expected}")), "{error}");
        assert!(error.contains("write it like this: "), "{error}");
    }
    assert!(error("check = true").contains("column 9: expected a table, and this is of type boolean"));
}

#[test]
fn a_number_that_is_too_large_is_not_blamed_for_its_type() {
    let error = error("[check]\n\texpect-websocket = 99999999999999999999\n");
    assert_eq!(
        error,
        "in sockeye.toml, line 2, column 21: expected a number, 0 or more, and at most 18446744073709551615\n   \
         expect-websocket = 99999999999999999999\n                      \
         ^^^^^^^^^^^^^^^^^^^^ write it like this: expect-websocket = 1"
    );
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_a_file_that_cannot_be_read() {
    let directory = std::env::temp_dir().join(format!("sockeye-config-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    for target in ["nowhere", NAME] {
        let link = directory.join(NAME);
        std::os::unix::fs::symlink(target, &link).unwrap();
        assert!(is_there(&link) && read(Some(&link)).is_err(), "{target}");
        std::fs::remove_file(&link).unwrap();
        assert!(!is_there(&link));
    }
    assert!(!is_there(&directory), "no directory has options");
    std::fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn a_value_that_the_command_line_would_refuse_is_refused_with_its_words() {
    for (line, place, words) in [
        ("fail-on = \"fatal\"", "column 11", "the values are error, warning, info, never"),
        ("select = [\"WS1\", \"WS2O1\"]", "column 18", "did you mean `WS201`?"),
        ("filter = \"tcp.prot == 3000\"", "column 10", "did you mean `tcp.port`?"),
        ("decode-as = [\"udp.port==1,websocket\"]", "column 14", "only `tcp.port` can be decoded as"),
        ("limit = [\"payload=much\"]", "column 10", "the value is not a number"),
    ] {
        let error = error(&format!("[check]\n{line}\n"));
        assert!(error.contains(&format!("line 2, {place}: ")) && error.contains(words), "{error}");
    }
}

#[test]
fn what_is_not_toml_is_shown_where_it_ends() {
    let error = error("[check]\nfail-on = error\n");
    assert!(error.starts_with("in sockeye.toml, line 2, column 11: this is not TOML: "), "{error}");
    assert!(error.contains("\n  fail-on = error\n            ^"), "{error}");
}

#[test]
fn nothing_in_a_file_controls_the_terminal() {
    let error = error("[check]\n\"\\u001b[2J\u{202e}\" = 1\n");
    assert!(!error.chars().any(|c| c == '\u{1b}' || c == '\u{202e}'), "{error:?}");
}

proptest! {
    #[test]
    fn no_text_brings_it_down(
        text in "(\\[check\\]\n)?((format|fail-on|select|limit|x) ?= ?[\"'\\[{0-9a-zé\\]}.,\n]{0,12}\n?){0,4}\\PC{0,20}",
    ) {
        if let Err(mistake) = parse(&text) {
            let error = mistake.found_in("sockeye.toml", &text).to_string();
            prop_assert!(error.starts_with("in sockeye.toml, line "));
        }
    }
}
