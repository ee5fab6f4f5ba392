//! Explanations of captures.

use std::process::Command;

use proptest::prelude::*;
use sockeye::analyzer::{Analyzer, Options};
use sockeye::base::Limits;
use sockeye::capture::Reader;
use sockeye::encode::{FrameSpec, LengthForm};
use sockeye::explain::{Explanation, Pasted, of_bytes, of_frame, of_handshake};
use sockeye::record::Record;
use sockeye::report::EXPLAIN_SCHEMA_TEXT;
use sockeye::websocket::Opcode;

use crate::samples;

/// The explanations of all frames and handshakes of a sample.
fn explained(name: &str) -> Vec<Explanation> {
    let bytes = samples::bytes(name);
    let limits = Limits::default();
    let mut reader = Reader::open(&bytes[..], &limits).unwrap();
    let mut analyzer = Analyzer::new(Options { payload: usize::MAX, limits, ..Options::default() });
    let mut all = Vec::new();
    let mut take = |record: &Record<'_>| match record {
        Record::Frame(frame) => all.push(of_frame(frame)),
        Record::Handshake(handshake) => all.extend(of_handshake(handshake).into_iter().map(|(part, _)| part)),
        _ => {}
    };
    loop {
        while let Some(packet) = reader.next_packet() {
            analyzer.push(&packet, &mut take);
        }
        if !reader.fill() {
            break;
        }
    }
    analyzer.finish(&mut take);
    all
}

#[test]
fn the_bytes_explained_are_those_of_the_capture() {
    let mut frames = 0;
    for name in ["echo.pcap", "fragments.pcap", "close.pcap", "heartbeat.pcap"] {
        let capture = samples::bytes(name);
        for frame in explained(name).iter().filter(|part| !part.layout.is_empty()) {
            let bytes: Vec<u8> = frame.bytes.0.iter().map(|byte| byte.unwrap()).collect();
            assert_eq!(bytes.len() as u64, frame.length, "{name}: {}", frame.title);
            assert!(capture.windows(bytes.len()).any(|window| window == bytes), "{name}: {}", frame.title);
            frames += 1;
        }
    }
    assert!(frames > 40, "{frames}");
}

#[test]
fn the_lines_of_a_handshake_are_all_of_it() {
    let mut heads = 0;
    for name in ["echo.pcap", "nginx.pcap", "refused.pcap"] {
        for head in explained(name).iter().filter(|part| part.layout.is_empty()) {
            let mut at = 0;
            for line in &head.fields {
                assert_eq!(line.offset, at, "{}: {}", head.title, line.name);
                at += line.length;
            }
            assert_eq!(at, head.length, "{}", head.title);
            heads += 1;
        }
    }
    assert!(heads > 15, "{heads}");
}

#[test]
fn no_form_lets_text_from_the_wire_control_the_reader() {
    let run = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_sockeye"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["explain", "tests/data/hostile.pcap"])
            .args(args)
            .output()
            .unwrap();
        assert!(output.status.success(), "{args:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    for form in ["text", "markdown", "svg", "html", "json"] {
        let text = run(&["--frame", "0:1", "--format", form]);
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{form}");
    }
    for form in ["text", "markdown", "mermaid", "svg", "html", "json"] {
        let text = run(&["--stream", "0", "--format", form]);
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{form}");
    }
}

#[test]
fn diagrams_of_all_samples_are_lines_that_mermaid_knows() {
    let mut lines = 0;
    for sample in samples::all() {
        let output = Command::new(env!("CARGO_BIN_EXE_sockeye"))
            .args(["explain", "--stream", "0", "--format", "mermaid"])
            .arg(&sample)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let diagram = String::from_utf8(output.stdout).unwrap();
        let (first, rest) = diagram.split_once('\n').unwrap();
        assert_eq!(first, "sequenceDiagram");
        for line in rest.lines() {
            let beginnings = [
                "    participant C as ",
                "    participant S as ",
                "    C->>S: ",
                "    S->>C: ",
                "    Note over C,S: ",
            ];
            let label = beginnings.iter().find_map(|beginning| line.strip_prefix(beginning)).expect(line);
            // What has a meaning of its own is a character code: `#59;`.
            let mut pieces = label.split('#');
            assert!(!pieces.next().unwrap().contains([';', ':', '%', '{', '<']), "{line}");
            for piece in pieces {
                let (code, text) = piece.split_once(';').expect(line);
                assert!(code.parse::<u32>().is_ok() && !text.contains([';', ':', '%', '{', '<']), "{line}");
            }
            lines += 1;
        }
    }
    assert!(lines > 200, "{lines}");
}

#[test]
fn the_json_keeps_to_its_schema() {
    let schema = serde_json::from_str(EXPLAIN_SCHEMA_TEXT).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let samples = samples::all();
    let mut calls: Vec<Vec<&str>> = vec![
        vec!["--hex", "81 05 48 65 6c 6c 6f 81 89 32 fd"],
        vec!["--hex", "c1 07 f2 48 cd c9 c9 07 00 c1 01 ff", "--extensions", "permessage-deflate"],
        vec!["--hex", "88 8b 01 02 03 04 02 ea", "--from", "server"],
    ];
    for sample in &samples {
        let path = sample.to_str().unwrap();
        let parts = [["--frame", "0:1"], ["--message", "0:10"], ["--handshake", "0"], ["--stream", "0"]];
        calls.extend(parts.map(|[part, which]| vec![path, part, which]));
    }
    let mut valid = 0;
    for call in &calls {
        let output = Command::new(env!("CARGO_BIN_EXE_sockeye"))
            .args(["explain", "--format", "json"])
            .args(call)
            .output()
            .unwrap();
        // Not every sample has all of them.
        if let Ok(document) = serde_json::from_slice(&output.stdout) {
            let errors: Vec<String> =
                validator.iter_errors(&document).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{call:?}: {errors:#?}");
            valid += 1;
        }
    }
    assert!(valid > 30, "{valid}");
}

prop_compose! {
    /// Any frame that `encode` can build, wrong ones too.
    fn spec()(
        [fin, rsv1, rsv2, rsv3] in any::<[bool; 4]>(),
        opcode in 0..16_u8,
        masking_key: Option<[u8; 4]>,
        form in prop::sample::select(vec![LengthForm::Shortest, LengthForm::Bits7, LengthForm::Bits16, LengthForm::Bits64]),
        announced in prop::option::of(prop_oneof![0..300_u64, any::<u64>()]),
        payload in prop::collection::vec(any::<u8>(), 0..300),
    ) -> FrameSpec {
        let opcode = Opcode::from(opcode);
        FrameSpec { fin, rsv1, rsv2, rsv3, opcode, masking_key, length_form: form, announced, payload }
    }
}

proptest! {
    #[test]
    fn what_encode_builds_is_explained_bit_by_bit(specs in prop::collection::vec(spec(), 1..4), deflate: bool) {
        let bytes: Vec<u8> = specs.iter().flat_map(FrameSpec::encode).collect();
        let pasted = Pasted::new(None, if deflate { "permessage-deflate" } else { "" }).unwrap();
        let mut explained = Vec::new();
        let mut told = 0_usize;
        of_bytes(&bytes, &pasted, usize::MAX, &mut |frame| {
            let mut bit = 0_u128;
            for field in &frame.fields {
                let [first, count] = field.bits.map_or([0, u128::from(field.length) * 8], |bits| bits.map(u128::from));
                assert_eq!(u128::from(field.offset) * 8 + first, bit, "{}", field.name);
                bit += count;
            }
            assert!(frame.length == u64::MAX || bit == u128::from(frame.length) * 8, "{}", frame.title);
            told += usize::try_from(frame.length).unwrap_or(usize::MAX).min(bytes.len() - told);
            explained.push(frame);
        });
        prop_assert_eq!(told, bytes.len());
        if specs[0].ends_as_announced() {
            let first = specs[0].encode();
            prop_assert_eq!(explained[0].length, first.len() as u64);
            if let Some(content) = &explained[0].content {
                let shown: Vec<u8> = content.bytes.0.iter().map(|byte| byte.unwrap()).collect();
                prop_assert_eq!(&shown[..], &specs[0].payload[..shown.len()]);
            }
        }
    }
}
