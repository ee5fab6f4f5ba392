//! Who may know whom: every `crate::` path in `src` is held against one table.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each room with the rooms it may name. `ARCHITECTURE.md` says why.
pub const MAY_KNOW: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("capture", &["base"]),
    ("packet", &["base", "capture"]),
    ("tcp", &["base", "packet"]),
    ("tls", &["base"]),
    ("http", &["base"]),
    ("websocket", &["base", "http"]),
    ("record", &["base", "http", "websocket", "packet", "tcp", "tls"]),
    ("check", &["base", "http", "websocket", "record"]),
    ("filter", &["base", "http", "websocket", "record"]),
    ("stats", &["base", "websocket", "record"]),
    ("explain", &["base", "http", "websocket", "record", "check"]),
    (
        "report",
        &[
            "base",
            "http",
            "websocket",
            "packet",
            "tcp",
            "tls",
            "check",
            "explain",
            "filter",
            "record",
            "stats",
        ],
    ),
    ("encode", &["base", "capture", "packet", "websocket"]),
    (
        "analyzer",
        &["base", "capture", "packet", "tcp", "tls", "http", "websocket", "check", "filter", "record"],
    ),
    (
        "cli",
        &[
            "base",
            "capture",
            "websocket",
            "check",
            "encode",
            "explain",
            "filter",
            "analyzer",
            "record",
            "report",
            "stats",
        ],
    ),
];

/// Crates that only these rooms may name.
pub const HOMES: &[(&str, &[&str])] = &[
    ("flate2", &["capture", "websocket"]),
    ("pcap_file", &["capture"]),
    ("miniz_oxide", &["websocket"]),
    ("bzip2", &["capture"]),
    ("liblzma", &["capture"]),
    ("lz4_flex", &["capture"]),
    ("zstd", &["capture"]),
    ("etherparse", &["packet"]),
    ("tabled", &["report"]),
    ("clap", &["cli"]),
    ("csv", &["report"]),
    ("tempfile", &["cli"]),
    ("regex", &["filter"]),
    ("regex_syntax", &["filter"]),
    ("memchr", &["filter", "http"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("quick_xml", &["report"]),
    ("toml", &["cli"]),
    ("aes", &["tls"]),
    ("aes_gcm", &["tls"]),
    ("cbc", &["tls"]),
    ("ccm", &["tls"]),
    ("chacha20poly1305", &["tls"]),
    ("hkdf", &["tls"]),
    ("hmac", &["tls"]),
    ("sha2", &["tls"]),
    ("hashbrown", &["tcp"]),
    ("prefetch_index", &["base"]),
    ("simdutf8", &["record", "websocket"]),
];

fn source_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(source_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The code of each room, without comments and without its tests, which may use what they like.
fn rooms() -> BTreeMap<String, String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut rooms = BTreeMap::<String, String>::new();
    for file in source_files(&source) {
        let place = file.strip_prefix(&source).unwrap();
        let is_test = place
            .components()
            .any(|part| matches!(part.as_os_str().to_str().unwrap(), "tests" | "tests.rs" | "testing.rs"));
        if place.components().count() < 2 || is_test {
            continue;
        }
        let room = place.components().next().unwrap().as_os_str().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("\n#[cfg(test)]\nmod ").next().unwrap();
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        rooms.entry(room).or_default().extend(lines.flat_map(|line| [line, "\n"]));
    }
    rooms
}

/// The names that follow `prefix` in `code`: in `crate::{a::b, c}` both `a` and `c`.
fn names_behind(code: &str, prefix: &str) -> BTreeSet<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        let rest = &code[at + prefix.len()..];
        let Some(list) = rest.strip_prefix('{') else {
            names.insert(word(rest));
            continue;
        };
        let mut depth = 0;
        let mut start = true;
        for (i, c) in list.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => start = true,
                c if start && !c.is_whitespace() => {
                    names.insert(word(&list[i..]));
                    start = false;
                }
                _ => {}
            }
        }
    }
    names
}

#[test]
fn every_room_knows_only_the_rooms_it_may_know() {
    let rooms = rooms();
    let known: BTreeSet<&str> = MAY_KNOW.iter().map(|(room, _)| *room).collect();
    assert_eq!(
        rooms.keys().map(String::as_str).collect::<BTreeSet<_>>(),
        known,
        "the table names every room"
    );
    let mut seen = 0;
    for (room, may) in MAY_KNOW {
        for name in names_behind(&rooms[*room], "crate::") {
            seen += 1;
            let allowed = name == *room || may.contains(&name.as_str());
            assert!(allowed, "`{room}` names `crate::{name}`, which it must not know");
        }
    }
    assert!(seen > 30, "the search finds paths");
}

#[test]
fn crates_stay_in_the_rooms_they_belong_to() {
    let rooms = rooms();
    for (name, homes) in HOMES {
        let users: Vec<&str> = rooms
            .iter()
            .filter(|(_, code)| code.contains(&format!("{name}::")))
            .map(|(room, _)| room.as_str())
            .collect();
        assert_eq!(users, *homes, "only {homes:?} may name `{name}`");
    }
}

#[test]
fn a_list_of_paths_is_read_to_its_end() {
    let code = "use crate::{base::{Span, Limits}, http};\nuse crate::tcp::Event;";
    let names: Vec<String> = names_behind(code, "crate::").into_iter().collect();
    assert_eq!(names, ["base", "http", "tcp"]);
}
