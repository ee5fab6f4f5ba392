//! The workflow of `docs/ci.md` does what the page says: its scripts are run as a runner of GitHub Actions runs them.
//!
//! Real are bash, `sockeye` and everything that a Linux machine has. `sudo`, `tcpdump` and the tests of the project are
//! stood in for by scripts.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::samples;

/// What stands in, by name.
const STAND_INS: [(&str, &str); 3] = [
    ("sudo", "exec \"$@\""),
    // Fails unless the capture runs.
    ("npm", "grep -q 'listening on' tcpdump.log && touch tests-have-run"),
    // As the real one, it is in no hurry to listen, and its file is complete only when it has ended. What a script
    // starts in the background ignores interrupts; tcpdump does not care, but a shell has to be told by its parent.
    (
        "tcpdump",
        r#"[ -n "$AWAKE" ] || AWAKE=1 exec env --default-signal=INT bash "$0" "$@"
while [ "$1" != -w ]; do shift; done
trap 'cp "$SAMPLE" "$file"; echo "0 packets dropped by kernel" >&2; exit 0' INT
file=$2
head -c 24 "$SAMPLE" > "$file"
sleep 0.1
echo 'tcpdump: listening on lo, link-type EN10MB (Ethernet)' >&2
while :; do sleep 0.05; done"#,
    ),
];

/// A step of the workflow that runs a script.
#[derive(Debug, PartialEq)]
struct Step {
    script: String,
    /// `if: always()`
    always: bool,
}

/// The first block of this language in `docs/ci.md`.
fn block(language: &str) -> String {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ci.md")).unwrap();
    let (_, rest) = page.split_once(&format!("\n```{language}\n")).unwrap();
    rest.split_once("```\n").unwrap().0.to_owned()
}

/// The steps with scripts, as far as the page uses YAML: a step begins with `- ` under `steps:`.
fn steps(yaml: &str) -> Vec<Step> {
    let (_, steps) = yaml.split_once("    steps:\n").unwrap();
    steps
        .split("      - ")
        .filter_map(|step| {
            let (head, script) = step.split_once("        run: |\n")?;
            let script =
                script.lines().map(|line| line.strip_prefix("          ").unwrap()).collect::<Vec<_>>();
            Some(Step { script: script.join("\n"), always: head.contains("        if: always()\n") })
        })
        .collect()
}

/// Why the scripts cannot be run here.
fn missing() -> Option<&'static str> {
    let needed: [(&str, &[&str]); 3] =
        [("bash", &["--version"]), ("timeout", &["1", "true"]), ("env", &["--default-signal=INT", "true"])];
    let works = |(program, args): &(&str, &[&str])| {
        let status = Command::new(program).args(*args).stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    };
    needed.into_iter().find(|needed| !works(needed)).map(|(program, _)| program)
}

/// Runs the job in an empty directory, with tests whose traffic is this sample; the directory, and whether it succeeded.
fn run(name: &str, sample: &str) -> (PathBuf, bool) {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("workflow-{name}"));
    let _ = fs::remove_dir_all(&directory);
    let programs = directory.join("bin");
    fs::create_dir_all(&programs).unwrap();
    for (name, script) in STAND_INS {
        let file = programs.join(name);
        fs::write(&file, format!("#!/usr/bin/env bash\n{script}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }
    fs::write(directory.join("sockeye.toml"), block("toml")).unwrap();
    let sockeye = Path::new(env!("CARGO_BIN_EXE_sockeye")).parent().unwrap().to_owned();
    let path = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([programs, sockeye].into_iter().chain(env::split_paths(&path))).unwrap();
    let mut succeeds = true;
    for step in steps(&block("yaml")) {
        if !succeeds && !step.always {
            continue;
        }
        fs::write(directory.join("step"), step.script).unwrap();
        let output = Command::new("timeout")
            .args(["60", "bash", "-e", "step"])
            .current_dir(&directory)
            .env("PATH", &path)
            .env("SAMPLE", Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(sample))
            .env("GITHUB_STEP_SUMMARY", directory.join("summary.md"))
            .output()
            .unwrap();
        println!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_ne!(output.status.code(), Some(124), "a script hangs");
        succeeds &= output.status.success();
    }
    assert!(directory.join("tests-have-run").exists(), "while tcpdump was listening");
    assert_eq!(fs::read(directory.join("run.pcap")).unwrap(), samples::bytes(sample), "the file is complete");
    (directory, succeeds)
}

/// The values of an attribute, of all elements that have it.
fn attributes(xml: &str, element: &str, attribute: &str) -> Vec<String> {
    let mut reader = Reader::from_str(xml);
    let mut values = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) | Event::Empty(tag) if tag.name().as_ref() == element => {
                let value = tag.try_get_attribute(attribute).unwrap().unwrap();
                values.push(value.value.into_owned());
            }
            Event::Eof => return values,
            _ => {}
        }
    }
}

#[test]
fn a_step_is_taken_out_of_a_workflow() {
    let yaml = "jobs:\n  a:\n    steps:\n      - uses: b\n      - name: c\n        if: always()\n        \
                run: |\n          d\n            e\n      - name: f\n        run: |\n          g\n";
    let step = |script: &str, always| Step { script: script.to_owned(), always };
    assert_eq!(steps(yaml), [step("d\n  e", true), step("g", false)]);
}

#[test]
fn the_workflow_checks_what_was_captured() {
    if let Some(program) = missing() {
        println!("not run: `{program}` is missing here, or too old");
        return;
    }
    let (directory, succeeds) = run("passes", "compressed.pcap");
    assert!(succeeds);
    let report = fs::read_to_string(directory.join("websocket.xml")).unwrap();
    assert_eq!(attributes(&report, "testcase", "name"), ["stream 0 to 127.0.0.1:9001", "expect-websocket"]);
    assert!(attributes(&report, "failure", "type").is_empty());
    let summary = fs::read_to_string(directory.join("summary.md")).unwrap();
    assert!(summary.starts_with("## sockeye check: passed\n"), "{summary}");

    let (directory, succeeds) = run("fails", "violations.pcap");
    assert!(!succeeds, "the job fails");
    let report = fs::read_to_string(directory.join("websocket.xml")).unwrap();
    assert_eq!(attributes(&report, "failure", "type"), ["WS201", "WS203", "WS401", "WS501", "WS412"]);
    let summary = fs::read_to_string(directory.join("summary.md")).unwrap();
    assert!(summary.starts_with("## sockeye check: failed\n"), "{summary}");
    assert!(summary.contains("| WS203 reserved-opcode | error |"), "{summary}");
}
