//! JSON: one document of all connections and their total.

use std::collections::BTreeMap;
use std::io;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::record::SCHEMA;
use crate::report::json::Harmless;
use crate::stats::{COLUMNS, ConnectionStats, Of, Range, Spread, Stats, Total, Value};

/// The JSON Schema of what [`write_stats_json`] writes.
pub const STATS_SCHEMA_TEXT: &str = include_str!("schema.json");

/// Writes `{"sockeye": {…}, "filter": …, "connections": […], "total": {…}}`, a line for each connection.
///
/// # Errors
/// Those of `out`.
pub fn write_stats_json(
    stats: &Stats,
    files: &[String],
    filter: Option<&str>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    write!(out, "{{\"sockeye\":{{\"version\":\"{version}\",\"schema\":{SCHEMA}}},\"files\":")?;
    write_value(&files, out)?;
    write!(out, ",\"filter\":")?;
    write_value(&filter, out)?;
    write!(out, ",\"connections\":[")?;
    for (number, connection) in stats.connections.iter().enumerate() {
        out.write_all(if number == 0 { b"\n" } else { b",\n" })?;
        write_value(&ConnectionView(connection), out)?;
    }
    let end = if stats.connections.is_empty() { "" } else { "\n" };
    write!(out, "{end}],\"total\":")?;
    write_value(&TotalView(&stats.total), out)?;
    writeln!(out, "}}")
}

fn write_value(value: &impl Serialize, out: &mut dyn io::Write) -> io::Result<()> {
    value.serialize(&mut serde_json::Serializer::with_formatter(out, Harmless)).map_err(io::Error::from)
}

struct ConnectionView<'a>(&'a ConnectionStats);

impl Serialize for ConnectionView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(COLUMNS.iter().map(|column| (column.key, column.value(self.0))))
    }
}

struct TotalView<'a>(&'a Total);

impl Serialize for TotalView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let total = self.0;
        let mut keys = serializer.serialize_map(None)?;
        keys.serialize_entry("tcp_connections", &total.tcp_connections)?;
        keys.serialize_entry("connections", &total.connections)?;
        keys.serialize_entry("not_listed", &total.not_listed)?;
        let verdicts =
            total.verdicts.iter().filter_map(|(verdict, count)| Some((name(verdict.as_ref()?)?, *count)));
        keys.serialize_entry("verdicts", &verdicts.collect::<BTreeMap<_, _>>())?;
        let ends = total.ended_by.iter().filter_map(|(by, count)| Some((name(by)?, *count)));
        keys.serialize_entry("ended_by", &ends.collect::<BTreeMap<_, _>>())?;
        let codes =
            total.close_codes.iter().map(|(code, count)| CodeView { code: *code, connections: *count });
        keys.serialize_entry("close_codes", &codes.collect::<Vec<_>>())?;
        keys.serialize_entry("without_close", &total.without_close)?;
        for (name, spread) in [("tcp_handshake", &total.tcp_handshakes), ("handshake", &total.handshakes)] {
            for (key, value) in seconds(spread.as_ref()) {
                keys.serialize_entry(&format!("{name}_{key}"), &value)?;
            }
        }
        for column in COLUMNS {
            if let Of::Measured(read) = column.of {
                keys.serialize_entry(column.key, &read(&total.measures))?;
            }
        }
        keys.serialize_entry(
            "silence_stream",
            &(total.measures.silence.packet > 0).then_some(total.measures.silence_stream),
        )?;
        let sizes = total.size_ranges.iter().map(|&Range { from, to, count }| RangeView {
            from,
            to,
            messages: count,
        });
        keys.serialize_entry("sizes", &sizes.collect::<Vec<_>>())?;
        keys.end()
    }
}

/// The word that serde knows a value by.
fn name(value: &impl Serialize) -> Option<String> {
    serde_json::to_value(value).ok()?.as_str().map(str::to_owned)
}

fn seconds(spread: Option<&Spread>) -> [(&'static str, Value<'static>); 7] {
    let of = |read: fn(&Spread) -> Option<Value<'static>>| spread.and_then(read).unwrap_or(Value::Unknown);
    [
        ("count", Value::Count(spread.map_or(0, |spread| spread.count))),
        ("min", of(|spread| Some(Value::Seconds(spread.min)))),
        ("median", of(|spread| spread.percentiles.map(|all| Value::Seconds(all[0])))),
        ("p90", of(|spread| spread.percentiles.map(|all| Value::Seconds(all[1])))),
        ("p99", of(|spread| spread.percentiles.map(|all| Value::Seconds(all[2])))),
        ("max", of(|spread| Some(Value::Seconds(spread.max)))),
        ("mean", of(|spread| Some(Value::Number(spread.mean / 1e9)))),
    ]
}

#[derive(Serialize)]
struct CodeView {
    code: Option<u16>,
    connections: u64,
}

#[derive(Serialize)]
struct RangeView {
    from: u64,
    to: u64,
    messages: u64,
}
