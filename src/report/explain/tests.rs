//! The golden examples, and any bytes at all.

use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

use super::*;
use crate::base::Direction;
use crate::explain::{Pasted, of_bytes};

fn drawn(form: &mut dyn Form, bytes: &[u8], from: Option<Direction>) -> String {
    let mut out = Vec::new();
    of_bytes(bytes, &Pasted::new(from, "").unwrap(), usize::MAX, &mut |explanation| {
        form.explanation(&explanation, &mut out).unwrap();
    });
    form.finish(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn text(bytes: &[u8], from: Option<Direction>) -> String {
    drawn(&mut TextForm::new(false), bytes, from)
}

#[test]
fn carets_stand_under_the_bits_that_are_wrong() {
    let all = text(b"\x81\x05Hello", Some(Direction::ClientToServer));
    let (bits, caret) = all
        .lines()
        .zip(all.lines().skip(1))
        .find(|(_, line)| line.contains("WS201 unmasked-client-frame"))
        .unwrap();
    assert_eq!(bits.find("0..."), caret.find('^'));
    assert!(all.contains("RFC 6455 §5.1: Every frame from a client is masked"), "{all}");
}

#[test]
fn a_caret_stands_under_the_byte_that_is_no_text() {
    let all = text(b"\x81\x14something is n\xffot right", None);
    let (line, caret) =
        all.lines().zip(all.lines().skip(1)).find(|(_, line)| line.contains("^^ WS501")).unwrap();
    assert_eq!(line.find("ff"), caret.find('^'), "{all}");
    let page = drawn(&mut HtmlForm::default(), b"\x81\x01\xff", None);
    assert!(page.contains("<strong>      ^^ WS501</strong>"), "{page}");
}

#[test]
fn colours_change_nothing_but_the_colour() {
    let bytes = b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
    let mut colored = drawn(&mut TextForm::new(true), bytes, None);
    assert!(colored.contains("\x1b[33m37 fa 21 3d"), "{colored}");
    for code in ["0", "1", "36", "35", "33", "32", "1;31", "31"] {
        colored = colored.replace(&format!("\x1b[{code}m"), "");
    }
    assert_eq!(colored, text(bytes, None));
}

#[test]
fn json_is_the_annotation() {
    let all: serde_json::Value =
        serde_json::from_str(&drawn(&mut JsonForm::default(), b"\x81\x01a\x8a\x00", None)).unwrap();
    assert_eq!(all["explanations"].as_array().unwrap().len(), 2);
    let opcode = &all["explanations"][1]["fields"][4];
    assert_eq!((&opcode["bits"], &opcode["value"]), (&serde_json::json!([4, 4]), &"0xa pong".into()));
}

#[test]
fn markdown_cannot_be_broken_by_a_payload() {
    let all = drawn(&mut MarkdownForm::default(), b"\x81\x0c|``` <b>*_\x1b", None);
    assert!(all.contains("\n````text\n"), "{all}");
}

/// Whether tags are closed in the order in which they were opened.
pub(super) fn is_balanced(page: &str) -> bool {
    let mut open: Vec<&str> = Vec::new();
    for tag in page.split('<').skip(1).filter_map(|rest| rest.split('>').next()) {
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
        if tag.starts_with('/') {
            if open.pop() != Some(name) {
                return false;
            }
        } else if !tag.ends_with('/') && !["!DOCTYPE", "meta", "br"].contains(&name) {
            open.push(name);
        }
    }
    open.is_empty()
}

#[test]
fn a_page_needs_nothing_else_and_runs_nothing() {
    let page = drawn(&mut HtmlForm::default(), b"\x81\x18<script>alert(1)</script>", None);
    assert!(page.contains("&lt;script&gt;alert(1)") && !page.contains("<script"), "{page}");
    assert!(!page.contains("http") && !page.contains("url("), "{page}");
    assert!(page.contains("prefers-color-scheme: dark"));
    let opcode = "<tr class=\"header\" data-f=\"4\" tabindex=\"0\"><td>0</td><td class=\"bytes\"><code>....\u{a0}0001</code>";
    assert!(page.contains(opcode), "{page}");
    assert!(page.contains(r#"<span class="header" data-f="0 1 2 3 4" tabindex="0">81"#), "{page}");
}

proptest! {
    #[test]
    fn any_bytes_make_a_page_and_a_picture(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for form in [&mut HtmlForm::default() as &mut dyn Form, &mut SvgForm::default()] {
            let page = drawn(form, &bytes, None);
            prop_assert!(is_balanced(&page), "{}", page);
            prop_assert!(!page.chars().any(|c| c.is_control() && c != '\n'));
        }
    }


    #[test]
    fn any_bytes_are_drawn_in_80_columns_and_control_no_terminal(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        from in prop::sample::select(vec![None, Some(Direction::ClientToServer)]),
    ) {
        let all = text(&bytes, from);
        prop_assert!(!all.chars().any(|c| c.is_control() && c != '\n'));
        for line in all.lines() {
            prop_assert!(line.width() <= 80, "{}", line);
        }
        let page = drawn(&mut MarkdownForm::default(), &bytes, from);
        prop_assert!(!page.chars().any(|c| c.is_control() && c != '\n'));
        let json = drawn(&mut JsonForm::default(), &bytes, from);
        prop_assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
    }
}
