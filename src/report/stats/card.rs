//! One connection, or all together, in full.

use std::io;

use super::grid;
use super::numbers::{UNKNOWN, bytes, end_in_full, ended_by, round_bytes, time};
use super::rows::{both, per_second, rate, ratio, style};
use super::{StatsOptions, line};
use crate::base::PerDirection;
use crate::record::Verdict;
use crate::report::explain::wrap;
use crate::report::table::fit;
use crate::report::words::counted;
use crate::stats::{ConnectionStats, Measures, Range, Said, Spread, Total};

/// Writes a connection in full.
pub(super) fn connection(
    connection: &ConnectionStats,
    options: StatsOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let ConnectionStats { stream, ends, verdict, measures, .. } = connection;
    let tls = if connection.tls { "  TLS" } else { "" };
    let judged = verdict.map_or("not WebSocket", Verdict::name);
    let head = format!("{} → {}  stream {stream}{tls}  {judged}", ends.client, ends.server);
    for text in wrap(&head, options.width.unwrap_or(usize::MAX)) {
        line(style(*verdict), &text, options, out)?;
    }
    let end = end_in_full(connection.close.as_ref(), connection.ended_by);
    let mut facts = vec![
        ("opened", connection.opened.to_string()),
        ("ended", end),
        ("TCP handshake", connection.tcp_handshake.map_or_else(unknown, time)),
        ("handshake", connection.handshake.map_or_else(unknown, time)),
    ];
    facts.extend(measured(measures));
    write_facts(&facts, options, out)?;
    sides(measures, options, out)?;
    spreads(measures, &[], options, out)
}

/// Writes what all connections have together.
pub(super) fn total(total: &Total, options: StatsOptions, out: &mut dyn io::Write) -> io::Result<()> {
    let listed = if total.not_listed > 0 {
        format!(" ({} more than are listed)", total.not_listed)
    } else {
        String::new()
    };
    let head = format!("total of {}{listed}", counted(total.connections, "connection"));
    writeln!(out, "{head}")?;
    let verdict = |(verdict, count): &(Option<_>, u64)| {
        format!("{count} {}", verdict.map_or("not WebSocket", Verdict::name))
    };
    let code = |(code, count): (&Option<u16>, &u64)| match code {
        Some(code) => format!("{count} × {code}"),
        None => format!("{count} × no status"),
    };
    let mut codes: Vec<String> = total.close_codes.iter().take(CODES).map(code).collect();
    let more = total.close_codes.len().saturating_sub(CODES);
    codes.extend((more > 0).then(|| counted(more as u64, "other code")));
    codes.extend((total.without_close > 0).then(|| format!("{} without Close", total.without_close)));
    let ends = total.ended_by.iter().map(|(by, count)| format!("{count} {}", ended_by(*by)));
    let others = total.tcp_connections - total.connections;
    let mut facts = vec![
        ("verdicts", total.verdicts.iter().map(verdict).collect::<Vec<_>>().join(", ")),
        ("ended", ends.collect::<Vec<_>>().join(", ")),
        ("closed", codes.join(", ")),
    ];
    facts.extend(measured(&total.measures));
    if others > 0 {
        facts.push(("left out", counted(others, "other TCP connection")));
    }
    write_facts(&facts, options, out)?;
    sides(&total.measures, options, out)?;
    let latencies = [("TCP handshake", &total.tcp_handshakes), ("handshake", &total.handshakes)];
    spreads(&total.measures, &latencies, options, out)
}

/// Status codes that are named; a hostile capture can have all of them.
const CODES: usize = 12;

fn unknown() -> String {
    UNKNOWN.to_owned()
}

/// What can be said in a line each.
fn measured(measures: &Measures) -> Vec<(&'static str, String)> {
    let wire = rate(both(measures.tcp, |tcp| tcp.bytes), measures.duration);
    let mut facts = vec![
        ("duration", time(measures.duration)),
        ("messages per s", per_second(measures)),
        ("bytes per s", wire.map_or_else(unknown, |rate| bytes(rate.round() as u64))),
    ];
    let silence = measures.silence;
    if silence.packet > 0 {
        facts.push(("longest silence", format!("{} behind packet {}", time(silence.nanos), silence.packet)));
    }
    let compressed = measures.compressed;
    if compressed.messages > 0 {
        let messages = counted(compressed.messages, "message");
        let (sent, inflated) = (bytes(compressed.sent), bytes(compressed.inflated));
        facts.push(("compression", format!("{} ({messages}: {inflated} in {sent})", ratio(measures))));
    }
    if measures.unanswered_pings > 0 {
        facts.push(("unanswered", counted(measures.unanswered_pings, "ping")));
    }
    let unmeasured = both(measures.said, |said| said.unmeasured);
    if unmeasured > 0 {
        facts.push(("not measured", format!("{} of unknown length", counted(unmeasured, "message"))));
    }
    facts
}

/// Columns of a label.
const LABEL: usize = 17;

fn write_facts(facts: &[(&str, String)], options: StatsOptions, out: &mut dyn io::Write) -> io::Result<()> {
    let room = options.width.map_or(usize::MAX, |width| width.saturating_sub(LABEL).max(20));
    for (label, text) in facts {
        let mut label = *label;
        for text in wrap(text, room) {
            writeln!(out, "{label:LABEL$}{text}")?;
            label = "";
        }
    }
    writeln!(out)
}

/// Writes the counts of each side.
fn sides(measures: &Measures, options: StatsOptions, out: &mut dyn io::Write) -> io::Result<()> {
    let Measures { tcp, missing_bytes, payload_bytes, said, .. } = measures;
    let mut rows: Vec<Vec<String>> = vec![["", "client", "server", "both"].map(str::to_owned).to_vec()];
    let mut row = |label: &str, PerDirection { client, server }: PerDirection<u64>| {
        let both = client.saturating_add(server);
        rows.push([label.to_owned(), client.to_string(), server.to_string(), both.to_string()].to_vec());
    };
    let of_tcp = |read: fn(&crate::record::Traffic) -> u64| PerDirection {
        client: read(&tcp.client),
        server: read(&tcp.server),
    };
    let of = |read: fn(&Said) -> u64| PerDirection { client: read(&said.client), server: read(&said.server) };
    row("packets", of_tcp(|tcp| tcp.packets));
    row("bytes on the wire", of_tcp(|tcp| tcp.bytes));
    row("TCP payload", of_tcp(|tcp| tcp.payload_bytes));
    row("retransmissions", of_tcp(|tcp| tcp.retransmissions));
    row("out of order", of_tcp(|tcp| tcp.out_of_order));
    row("lost segments", of_tcp(|tcp| tcp.lost_segments));
    row("missing bytes", *missing_bytes);
    row("text messages", of(|said| said.text));
    row("binary messages", of(|said| said.binary));
    row("pings", of(|said| said.ping));
    row("pongs", of(|said| said.pong));
    row("closes", of(|said| said.close));
    row("payload bytes", *payload_bytes);
    row("message bytes", of(|said| said.bytes));
    let both = measures.frames.to_string();
    rows.push(["frames".to_owned(), String::new(), String::new(), both].to_vec());
    write_grid(rows, options, out)
}

/// Writes how sizes and times are spread.
fn spreads(
    measures: &Measures,
    more: &[(&str, &Option<Spread>)],
    options: StatsOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let titles = ["", "count", "min", "median", "90 %", "99 %", "max", "mean"];
    let mut rows = vec![titles.map(str::to_owned).to_vec()];
    rows.push(spread("message size", measures.sizes.as_ref(), bytes));
    rows.push(spread("gap", measures.gaps.as_ref(), time));
    rows.push(spread("ping round trip", measures.round_trips.as_ref(), time));
    rows.extend(more.iter().map(|(label, of)| spread(label, of.as_ref(), time)));
    write_grid(rows, options, out)
}

fn spread(label: &str, of: Option<&Spread>, write: fn(u64) -> String) -> Vec<String> {
    let Some(of) = of else {
        let unknown = [UNKNOWN; 6].map(str::to_owned);
        return [label.to_owned(), "0".to_owned()].into_iter().chain(unknown).collect();
    };
    let percentiles = of.percentiles.map_or([UNKNOWN; 3].map(str::to_owned), |all| all.map(write));
    let [median, p90, p99] = percentiles;
    let (count, mean) = (of.count.to_string(), write(of.mean.round() as u64));
    vec![label.to_owned(), count, write(of.min), median, p90, p99, write(of.max), mean]
}

fn write_grid(rows: Vec<Vec<String>>, options: StatsOptions, out: &mut dyn io::Write) -> io::Result<()> {
    for text in grid::lines(rows, &[0]) {
        let text = options.width.map_or_else(|| text.as_str().into(), |width| fit(&text, width));
        writeln!(out, "{text}")?;
    }
    writeln!(out)
}

/// Rows of the histogram at most.
const ROWS: usize = 12;
/// Columns of its longest bar.
const BAR: usize = 40;

/// Writes how many messages are how long.
pub(super) fn histogram(ranges: &[Range], width: Option<usize>, out: &mut dyn io::Write) -> io::Result<()> {
    if ranges.is_empty() {
        return Ok(());
    }
    let together = ranges.len().div_ceil(ROWS);
    let merged: Vec<(String, u64)> = ranges
        .chunks(together)
        .filter_map(|chunk| {
            let (first, last) = (chunk.first()?, chunk.last()?);
            Some((label(first.from, last.to), chunk.iter().map(|range| range.count).sum()))
        })
        .collect();
    let most = merged.iter().map(|(_, count)| *count).max().unwrap_or(1).max(1);
    let labels = merged.iter().map(|(label, _)| grid::width(label)).max().unwrap_or(0);
    let counts = most.to_string().len();
    let room = width.map_or(BAR, |width| width.saturating_sub(labels + counts + 4).clamp(1, BAR));
    writeln!(out, "text and binary messages by size")?;
    for (label, count) in merged {
        let padding = labels - grid::width(&label);
        let text = format!("{:padding$}{label}  {count:>counts$}  {}", "", bar(count, most, room));
        writeln!(out, "{}", text.trim_end())?;
    }
    Ok(())
}

fn label(from: u64, to: u64) -> String {
    match to {
        _ if from == to => round_bytes(from),
        0..1024 => format!("{from} – {to} B"),
        _ => format!(
            "{} – {}",
            round_bytes(from),
            to.checked_add(1).map_or_else(|| "16 EiB".to_owned(), round_bytes)
        ),
    }
}

/// A bar of blocks, in eighths; whatever is there can be seen.
fn bar(count: u64, most: u64, room: usize) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = u128::from(count) * room as u128 * 8 / u128::from(most);
    let eighths = usize::try_from(eighths).unwrap_or(0).max(usize::from(count > 0));
    let part = PARTS.get(eighths % 8).copied().unwrap_or_default();
    "█".repeat(eighths / 8) + part
}
