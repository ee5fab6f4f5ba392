//! Explanations of captures.

use std::process::Command;

use sockeye::analyzer::{Analyzer, Options};
use sockeye::base::Limits;
use sockeye::capture::Reader;
use sockeye::explain::{Explanation, of_frame, of_handshake};
use sockeye::record::Record;

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
    for form in ["text", "mermaid", "svg", "json"] {
        let text = run(&["--stream", "0", "--format", form]);
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{form}");
    }
}
