//! The pages of `explain`, in a browser. Without one these tests say so, and pass.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::browser::Browser;

/// The page that the command writes, opened in a browser; `None` without one.
fn opened(name: &str, width: u32, args: &[&str]) -> Option<Browser> {
    let output = Command::new(env!("CARGO_BIN_EXE_sockeye"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["explain", "--format", "html"])
        .args(args)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.html"));
    fs::write(&file, output.stdout).unwrap();
    Browser::open(&file, width)
}

/// What lights up, while the mouse is over the first element of a selector: each part of the page with the fields that
/// it belongs to.
fn lit(browser: &mut Browser, selector: &str) -> Vec<String> {
    let colours = "[...document.querySelectorAll('[data-f]')].map(e => getComputedStyle(e).backgroundColor)";
    browser.hover("h2");
    let before = browser.value(colours);
    browser.hover(selector);
    let after = browser.value(colours);
    let names = browser.value("[...document.querySelectorAll('[data-f]')].map(e => e.tagName + e.dataset.f)");
    let [before, after, names] = [&before, &after, &names].map(|list| list.as_array().unwrap());
    let changed = before.iter().zip(after).zip(names).filter(|((before, after), _)| before != after);
    changed.map(|(_, name)| name.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_field_its_bytes_and_its_boxes_light_up_together() {
    let Some(mut browser) = opened("highlight", 1000, &["samples/echo.pcap", "--frame", "0:1"]) else {
        return;
    };
    // The box of the key in two rows, its bytes, its row in the table, and itself above each byte of payload.
    let key = [&["DIV7"; 2][..], &["SPAN7"; 4], &["TR7"], &["SPAN7"; 9]].concat();
    for part in ["tr[data-f='7']", ".strip [data-f='7']", ".box [data-f='7']", ".lane .key"] {
        assert_eq!(lit(&mut browser, part), key, "{part}");
    }
    let first_byte = lit(&mut browser, ".strip [data-f='0 1 2 3 4']");
    let bits = ["0", "1", "2", "3", "4"];
    let boxes: Vec<String> = bits.iter().map(|bit| format!("DIV{bit}")).collect();
    let rows: Vec<String> = bits.iter().map(|bit| format!("TR{bit}")).collect();
    assert_eq!(first_byte, [boxes, vec!["SPAN0 1 2 3 4".to_owned()], rows].concat());
}

#[test]
fn pages_fit_their_window() {
    for (name, args) in [
        ("handshake", &["samples/wrong-accept.pcap", "--handshake", "0"][..]),
        ("compressed", &["samples/compressed.pcap", "--message", "0:10"]),
        ("lesson", &["samples/compressed.pcap", "--stream", "0"]),
    ] {
        for width in [500, 1000] {
            let Some(mut browser) = opened(name, width, args) else { return };
            let wide = "[document.documentElement.scrollWidth > innerWidth, innerWidth]";
            assert_eq!(browser.value(wide), json!([false, width]), "{name}");
        }
    }
}

#[test]
fn the_pictures_are_well_formed() {
    let Some(mut browser) = opened("picture", 1000, &["samples/echo.pcap", "--frame", "0:1"]) else { return };
    for args in [&["--frame", "0:1"][..], &["--stream", "0"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_sockeye"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["explain", "tests/data/hostile.pcap", "--format", "svg"])
            .args(args)
            .output()
            .unwrap();
        let picture = Value::from(String::from_utf8(output.stdout).unwrap());
        let errors = format!(
            "new DOMParser().parseFromString({picture}, 'image/svg+xml').querySelectorAll('parsererror').length"
        );
        assert_eq!(browser.value(&errors), 0, "{args:?}");
    }
}
