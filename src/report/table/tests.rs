//! How rows are laid out.

use std::net::{Ipv4Addr, Ipv6Addr};

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::base::Timestamp;
use crate::record::{Ends, Finding, Severity};

fn finding(text: &str) -> Record<'_> {
    Record::Finding(Finding {
        place: None,
        ends: None,
        code: "WS900",
        name: "name",
        severity: Severity::Info,
        side: Side::Capture,
        rfc: "",
        text,
        requirement: "",
        help: "",
        packets: [1, 1],
        frame: None,
        message: None,
        stream_offset: None,
        length: None,
        bytes: &[],
        mark: None,
        details: &[],
    })
}

fn rendered(text: &str, width: Option<usize>) -> String {
    let mut out = Vec::new();
    let mut table = Table::new(TableOptions { width, ..TableOptions::default() });
    table.record(&finding(text), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn piped_a_row_is_one_line_and_whole() {
    let text = "long ".repeat(100);
    let rows = rendered(&text, None);
    assert_eq!(rows.lines().count(), 2);
    assert!(rows.contains(text.trim_end()));
}

#[test]
fn what_is_cut_is_cut_between_characters() {
    assert_eq!(fit("abcdef", 6), "abcdef");
    assert_eq!(fit("abcdef", 4), "abc…");
    assert_eq!(fit("日本語", 5), "日本…");
    assert_eq!(fit("日本語", 4), "日…", "half a wide character does not fit");
    assert_eq!(fit("abc", 0), "…");
}

#[test]
fn on_a_terminal_a_finding_goes_on_over_lines_that_fit() {
    let text = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen";
    for width in [60, 100] {
        let rows = rendered(text, Some(width));
        assert!(rows.lines().count() > 2);
        assert!(rows.lines().all(|line| get_line_width(line) <= width), "{rows}");
        let words: Vec<&str> = rows.split_whitespace().collect();
        assert!(words.ends_with(&text.split(' ').collect::<Vec<_>>()), "{rows}");
    }
}

proptest! {
    #[test]
    fn a_row_that_need_not_fit_is_what_tabled_lays_out(
        rows in vec((any::<Option<(u64, f64)>>(), any::<Option<(u32, u16, u128)>>(), any::<Option<u64>>(), "\\PC{0,20} {0,2}"), 1..6),
        color: bool,
    ) {
        let options = TableOptions { color, ..TableOptions::default() };
        let [mut plain, mut joined, mut tabled] = [options; 3].map(Table::new);
        for (place, ends, length, text) in &rows {
            let place = place.map(|(packet, time_relative)| Place {
                stream: 0,
                packet,
                time: Timestamp::default(),
                time_relative,
            });
            let ends = ends.map(|(v4, port, v6)| Ends {
                client: (Ipv4Addr::from(v4), port).into(),
                server: (Ipv6Addr::from(v6), port).into(),
            });
            let record = match finding(text) {
                Record::Finding(finding) => {
                    Record::Finding(Finding { place, ends, length: *length, side: Side::Client, ..finding })
                }
                other => other,
            };
            let row = row(&record, false).unwrap();
            let [mut out, mut out_of_cells, mut expected] = [const { Vec::new() }; 3];
            let Look { style, whole } = Look::of(&record);
            plain.write_plain(&row, &record, &mut out).unwrap();
            fill(&mut joined.cells, &row, &record, options.bytes_shown);
            joined.write_plain_cells(style, &mut out_of_cells).unwrap();
            fill(&mut tabled.cells, &row, &record, options.bytes_shown);
            tabled.write_row(style, whole, &mut expected).unwrap();
            let [out, out_of_cells, expected] =
                [out, out_of_cells, expected].map(|bytes| String::from_utf8(bytes).unwrap());
            prop_assert_eq!(&out, &expected);
            prop_assert_eq!(out_of_cells, expected);
        }
    }

    #[test]
    fn no_width_and_no_text_bring_it_down(text in "\\PC{0,60}", width in 0usize..120) {
        let rows = rendered(&text, Some(width));
        let least = BELOW + 2; // a wide character needs two columns
        prop_assert!(rows.lines().all(|line| get_line_width(line) <= width.max(least)), "{}", rows);
    }
}
