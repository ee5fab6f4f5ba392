//! Connections drawn, whatever is said on them.

use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

use super::*;
use crate::explain::State;
use crate::report::explain::sequence::sequence;
use crate::report::explain::tests::is_balanced;

fn step(from: Option<Direction>, what: &str) -> Conversation {
    let step = Step {
        packet: 7,
        time_relative: 1.5,
        from,
        what: what.to_owned(),
        meaning: what.to_owned(),
        rfc: "RFC 6455 §5.4",
        state: Some(State::Open),
        code: None,
        severity: None,
    };
    let end = "127.0.0.1:3000".parse().unwrap();
    Conversation { stream: 0, client: end, server: end, steps: vec![step], left_out: 0 }
}

proptest! {
    #[test]
    fn lines_fit_and_arrows_end_where_they_should(what in ".{0,90}", from in 0..3) {
        let from = [None, Some(Direction::ClientToServer), Some(Direction::ServerToClient)][from as usize];
        let conversation = step(from, &what);
        let picture = sequence(&conversation);
        for page in [picture.clone(), lesson_html(&conversation)] {
            prop_assert!(is_balanced(&page), "{}", page);
        }
        for text in [lesson(&conversation, false), diagram(&conversation, false), mermaid(&conversation), lesson_markdown(&conversation), picture] {
            prop_assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
        }
        prop_assert!(lesson(&conversation, false).lines().all(|line| line.width() <= WIDTH));
        let drawn = diagram(&conversation, false);
        prop_assert!(drawn.lines().filter(|line| line.ends_with('|')).count() == 2, "{}", drawn);
        prop_assert!(drawn.lines().filter(|line| line.ends_with('|')).all(|line| line.width() == WIDTH), "{}", drawn);
    }
}

#[test]
fn mermaid_takes_text_for_text() {
    let text = mermaid(&step(None, "a;b #x: %%{init}"));
    assert!(text.contains("Note over C,S: a#59;b #35;x#58; #37;#37;#123;init#125;\n"), "{text}");
}
