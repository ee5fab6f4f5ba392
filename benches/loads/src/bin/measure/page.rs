//! The tables.

use std::fmt::Write;

use jiff::Timestamp;
use sockeye_loads::Load;

use crate::child::Cost;
use crate::tools::Tools;
use crate::{Failure, Growth, Measured, machine, targets};

/// Markdown that grows with what is measured.
#[derive(Default)]
pub struct Page {
    times: String,
    outputs: String,
    threads: String,
    memory: String,
    growth: String,
}

impl Page {
    /// Adds a load.
    pub fn time(&mut self, measured: &Measured) {
        let Measured { load, bytes, packets, frames, payload, count, list, table, json, .. } = measured;
        let name = load.name();
        let ratio = list.cpu / count.cpu;
        let most = targets::ratio(*load);
        let (asked, good) =
            most.map_or(("–".to_owned(), ""), |most| (most.to_string(), judged(ratio <= most)));
        let others = [&measured.tshark, &measured.tcpflow].map(|other| {
            other.as_ref().map_or("–".to_owned(), |cost| format!("{:.0}", cost.cpu / count.cpu))
        });
        let [tshark, tcpflow] = others;
        self.times += &format!(
            "| {name} | {:.2} M / {:.2} M | {:.3} s | {:.3} s | {:.2} | {} | {ratio:.2} | {asked} | {good} | {:.1} MB | {} | {tshark} | {tcpflow} |\n",
            *packets as f64 / 1e6,
            *frames as f64 / 1e6,
            count.cpu,
            list.cpu,
            *bytes as f64 / 1e9 / list.cpu,
            nanoseconds(list, *frames),
            list.peak as f64 / 1e6,
            judged(list.peak < targets::PEAK),
        );
        let twice = table.cpu / list.cpu;
        let each = (json.cpu - list.cpu) * 1e9 / (*payload).max(1) as f64;
        self.outputs += &format!(
            "| {name} | {:.3} s | {twice:.2} | {} | {:.3} s | {:.0} MB | {each:.2} ns | {} |\n",
            table.cpu,
            judged(twice <= targets::TABLE),
            json.cpu,
            *payload as f64 / 1e6,
            judged(each <= targets::JSON),
        );
        if let Some([one, two]) = measured.threads {
            let part = two / one;
            self.threads += &format!(
                "{name} on two threads took {part:.2} of the wall time of one; at most {} is asked for: {}.\n\n",
                targets::TWO_THREADS,
                judged(part <= targets::TWO_THREADS)
            );
        }
    }

    /// Adds the peak memory of a load at three sizes.
    pub fn memory(&mut self, (load, peaks): &(Load, [u64; 3])) {
        let [small, middle, large] = peaks.map(|peak| format!("{:.1} MB", peak as f64 / 1e6));
        let good = judged(peaks.iter().all(|peak| *peak < targets::PEAK));
        self.memory += &format!("| {} | {small} | {middle} | {large} | {good} |\n", load.name());
    }

    /// Adds what a load takes at a quarter of a size, and at the size.
    pub fn growth(&mut self, Growth { load, bytes, costs }: &Growth) {
        let [quarter, whole] = costs;
        let ratio = whole.cpu / quarter.cpu;
        self.growth += &format!(
            "| {} | {:.0} MB | {:.3} s | {:.3} s | {ratio:.2} | {} | {:.1} MB | {:.1} MB |\n",
            load.name(),
            *bytes as f64 / 1e6,
            quarter.cpu,
            whole.cpu,
            judged(ratio <= targets::FOUR_TIMES),
            quarter.peak as f64 / 1e6,
            whole.peak as f64 / 1e6,
        );
    }

    /// All of it.
    pub fn text(&self, tools: &Tools, size: u64, runs: usize) -> Result<String, Failure> {
        let mut text = String::new();
        let date = Timestamp::now().strftime("%Y-%m-%d");
        writeln!(text, "Measured on {date}: {}; {}.", machine::description(), tools.versions.join(", "))?;
        let megabytes = size as f64 / 1e6;
        writeln!(text, "Captures of {megabytes} MB, median of {runs}, CPU time (user and system).\n")?;
        text += "| load | packets / frames | libpcap | list | GB/s | a frame | list ÷ libpcap | at most | | peak | < 32 MB | tshark ÷ libpcap | tcpflow ÷ libpcap |\n";
        text += "|---|---|---|---|---|---|---|---|---|---|---|---|---|\n";
        text += &self.times;
        text += "\nThe table may take twice as long as the list, full JSON 1 ns more for each byte of payload:\n\n";
        text += "| load | table | table ÷ list | | JSON | payload | JSON − list, a byte | |\n";
        text += "|---|---|---|---|---|---|---|---|\n";
        text += &self.outputs;
        text += "\n";
        text += &self.threads;
        if !self.memory.is_empty() {
            text += "Peak memory of the list:\n\n";
            writeln!(
                text,
                "| load | {} MB | {megabytes} MB | {} MB | |",
                megabytes / 10.0,
                megabytes * 10.0
            )?;
            text += "|---|---|---|---|---|\n";
            text += &self.memory;
            text += "\n";
        }
        if !self.growth.is_empty() {
            text += "The list at a quarter of a size and at the size, with its peak memory:\n\n";
            text += "| load | size | quarter | size | ratio | | peak, quarter | peak, size |\n";
            text += "|---|---|---|---|---|---|---|---|\n";
            text += &self.growth;
        }
        Ok(text.trim_end().to_owned() + "\n")
    }
}

fn nanoseconds(cost: &Cost, frames: u64) -> String {
    format!("{:.0} ns", cost.cpu * 1e9 / frames.max(1) as f64)
}

fn judged(good: bool) -> &'static str {
    if good { "✓" } else { "✗" }
}
