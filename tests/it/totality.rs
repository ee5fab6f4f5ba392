//! No input brings Sockeye down, and what was read before the damage is shown.

use std::io::{self, Cursor};

use proptest::prelude::*;
use sockeye::analyzer::Rows;
use sockeye::record::Record;
use sockeye::report::{Follow, FollowFormat, FollowOptions, Har, Json, Report, Table, TableOptions};

use crate::output::{ROWS, records, render, rows, validate};
use crate::samples;

/// Renders a capture in every form at every zoom; the JSON must keep to the schema.
fn render_all(capture: &[u8]) {
    for (zoom, rows) in ROWS {
        records(capture, zoom).iter().for_each(validate);
        let options =
            TableOptions { packets: rows == Rows::Packets, color: true, width: Some(60), bytes_shown: 8 };
        let table = String::from_utf8(render(capture, rows, &mut Table::new(options))).unwrap();
        let plain = table.replace(['\n', '\u{1b}'], "");
        assert!(!plain.chars().any(char::is_control), "nothing from the wire controls the terminal");
        render(capture, rows, &mut Json::document());
        follow_all(capture, rows);
    }
    let mut out = Vec::new();
    let har = Har::new(&mut out, Cursor::new(Vec::new())).unwrap();
    render(capture, Rows::Messages, &mut AsReport(har));
    serde_json::from_slice::<serde_json::Value>(&out).unwrap();
}

/// Follows the first connection in every form.
fn follow_all(capture: &[u8], rows: Rows) {
    use FollowFormat::{Hex, Json, Raw, Text, Yaml};
    for format in [Text, Json, Hex, Yaml, Raw] {
        let options = FollowOptions { stream: 0, from: None, format, color: false, most: None };
        let text = render(capture, rows, &mut Follow::new(options));
        let text = String::from_utf8_lossy(&text);
        let controls = text.chars().any(|c| c.is_control() && c != '\n');
        assert!(format == Raw || !controls, "nothing from the wire controls the terminal");
    }
}

/// A HAR of all records.
struct AsReport<'o>(Har<&'o mut Vec<u8>, Cursor<Vec<u8>>>);

impl Report for AsReport<'_> {
    fn record(&mut self, record: &Record<'_>, _: &mut dyn io::Write) -> io::Result<()> {
        self.0.record(record, true)
    }

    fn finish(&mut self, _: &mut dyn io::Write) -> io::Result<()> {
        self.0.finish()
    }
}

#[test]
fn a_capture_cut_at_any_byte_keeps_every_frame_before_the_cut() {
    for name in ["echo.pcap", "echo.pcapng"] {
        let capture = samples::bytes(name);
        let whole = rows(&records(&capture, "frames"), "frame");
        let mut before = 0;
        for cut in 24..=capture.len() {
            let frames = rows(&records(&capture[..cut], "frames"), "frame");
            assert!(frames.len() >= before && frames.len() <= whole.len(), "{name} cut at {cut}");
            assert_eq!(frames, whole[..frames.len()], "{name} cut at {cut}");
            before = frames.len();
        }
        assert_eq!(before, whole.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn damaged_samples_are_still_rendered(
        sample in prop::sample::select(samples::all()),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
    ) {
        let mut capture = std::fs::read(sample).unwrap();
        for (at, byte) in damage {
            let at = at.index(capture.len());
            capture[at] = byte;
        }
        render_all(&capture);
    }

    #[test]
    fn random_bytes_are_no_capture_or_are_rendered(bytes: Vec<u8>) {
        render_all(&bytes);
    }
}
