//! Measures Sockeye on the loads, against a program that counts packets with libpcap.
//!
//! Started by `benches/run`, which builds what is measured. What is compared is CPU time, user and system, of one run to
//! the next on the same machine; the median of several runs counts.

mod child;
mod machine;
mod page;
mod targets;
mod tools;

use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser;
use sockeye_loads::{Load, size};

use child::Cost;
use page::Page;
use tools::Tools;

type Failure = Box<dyn std::error::Error>;

/// Measure Sockeye on generated captures, and print Markdown.
#[derive(Parser)]
#[command(name = "benches/run")]
struct Arguments {
    /// Bytes of each capture; K, M and G stand for powers of 1000.
    #[arg(long, default_value = "400M", value_parser = bytes)]
    size: u64,
    /// Measure only these.
    #[arg(long, value_delimiter = ',', value_parser = Load::named)]
    loads: Vec<Load>,
    /// How often; medians are printed.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Leave out tshark and tcpflow, which take long.
    #[arg(long)]
    alone: bool,
    /// One run at 20M, alone: to see whether it works.
    #[arg(long)]
    quick: bool,
    /// Measure memory too: at a tenth of the size, and at ten times.
    #[arg(long)]
    memory: bool,
    /// Measure how time grows too: at a quarter of the size, and at the size; hostile loads as well.
    #[arg(long)]
    linear: bool,
    /// Write the tables into docs/performance.md too.
    #[arg(long)]
    write: bool,
    /// Where captures and outputs are written.
    #[arg(long, hide = true)]
    folder: PathBuf,
}

fn bytes(text: &str) -> Result<u64, String> {
    size(text).ok_or_else(|| "a number, with K, M or G behind it".to_owned())
}

fn main() -> Result<(), Failure> {
    let mut arguments = Arguments::parse();
    if arguments.quick {
        (arguments.size, arguments.runs) = (20_000_000, 1);
    }
    let or = |all: Vec<Load>| if arguments.loads.is_empty() { all } else { arguments.loads.clone() };
    let (loads, growing) = (or(Load::ALL.to_vec()), or(Load::each().collect()));
    let tools = Tools::find(&arguments.folder, !(arguments.quick || arguments.alone))?;
    let mut page = Page::default();
    for &load in &loads {
        eprintln!("{} …", load.name());
        let capture = Capture::make(&tools, load, arguments.size)?;
        page.time(&measure(&tools, &capture, arguments.runs)?);
    }
    if arguments.memory {
        for &load in &loads {
            eprintln!("{}, memory …", load.name());
            page.memory(&memory(&tools, load, arguments.size)?);
        }
    }
    if arguments.linear {
        for &load in &growing {
            eprintln!("{}, growth …", load.name());
            page.growth(&growth(&tools, load, arguments.size, arguments.runs)?);
        }
    }
    let text = page.text(&tools, arguments.size, arguments.runs)?;
    print!("{text}");
    if arguments.write { write(Path::new("docs/performance.md"), &text) } else { Ok(()) }
}

/// A load on the disk, gone with the value.
struct Capture {
    load: Load,
    path: PathBuf,
    truth: serde_json::Value,
}

impl Capture {
    fn make(tools: &Tools, load: Load, size: u64) -> Result<Self, Failure> {
        let path = tools.folder.join(format!("{}-{size}.pcap", load.name()));
        tools.generate(load, size, &path)?;
        let truth = serde_json::from_str(&fs::read_to_string(path.with_extension("json"))?)?;
        Ok(Self { load, path, truth })
    }

    /// A number of the truth, by its JSON pointer.
    fn number(&self, pointer: &str) -> u64 {
        self.truth.pointer(pointer).and_then(serde_json::Value::as_u64).unwrap_or_default()
    }

    fn of_both(&self, key: &str) -> u64 {
        ["client", "server"].map(|side| self.number(&format!("/{side}/{key}"))).iter().sum()
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        for extension in ["pcap", "json"] {
            // A file that is not there needs no removal.
            let _ = fs::remove_file(self.path.with_extension(extension));
        }
    }
}

/// What was measured on a load. Costs are medians.
pub struct Measured {
    load: Load,
    bytes: u64,
    packets: u64,
    frames: u64,
    payload: u64,
    count: Cost,
    list: Cost,
    table: Cost,
    json: Cost,
    /// Wall times of the list on one thread and on two, if there are threads.
    threads: Option<[f64; 2]>,
    tshark: Option<Cost>,
    tcpflow: Option<Cost>,
}

fn measure(tools: &Tools, capture: &Capture, runs: usize) -> Result<Measured, Failure> {
    let mut costs: [Vec<Cost>; 5] = Default::default();
    let with_threads = capture.load == Load::Deflate && tools.has_threads;
    for _ in 0..runs.max(1) {
        // One after the other, so that a busy minute hits all of them.
        costs[0].push(tools.count(&capture.path)?);
        costs[1].push(tools.list(capture.load, &capture.path, 1)?);
        costs[2].push(tools.table(&capture.path)?);
        costs[3].push(tools.json(&capture.path)?);
        if with_threads {
            costs[4].push(tools.list(capture.load, &capture.path, 2)?);
        }
    }
    let [count, list, table, json, two] = costs.map(Cost::median);
    Ok(Measured {
        load: capture.load,
        bytes: capture.number("/bytes"),
        packets: capture.number("/packets"),
        frames: capture.of_both("frame_payload/count"),
        payload: capture.of_both("message_payload/bytes"),
        count,
        list,
        table,
        json,
        threads: with_threads.then_some([list.wall, two.wall]),
        tshark: tools.tshark(&capture.path)?,
        tcpflow: tools.tcpflow(&capture.path)?,
    })
}

/// Peak memory of the list at a tenth of a size, at the size, and at ten times it, in bytes.
fn memory(tools: &Tools, load: Load, size: u64) -> Result<(Load, [u64; 3]), Failure> {
    let mut peaks = [0; 3];
    for (peak, size) in peaks.iter_mut().zip([size / 10, size, size * 10]) {
        let capture = Capture::make(tools, load, size)?;
        *peak = tools.list(load, &capture.path, 1)?.peak;
    }
    Ok((load, peaks))
}

/// What the list takes at a quarter of a size, and at the size. Costs are medians.
pub struct Growth {
    load: Load,
    /// Length of the larger capture.
    bytes: u64,
    costs: [Cost; 2],
}

fn growth(tools: &Tools, load: Load, size: u64, runs: usize) -> Result<Growth, Failure> {
    let size = size * targets::times_as_long(load);
    let captures = [Capture::make(tools, load, size / 4)?, Capture::make(tools, load, size)?];
    let mut costs: [Vec<Cost>; 2] = Default::default();
    for _ in 0..runs.max(1) {
        for (capture, costs) in captures.iter().zip(&mut costs) {
            costs.push(tools.list(load, &capture.path, 1)?);
        }
    }
    let [_, whole] = captures;
    Ok(Growth { load, bytes: whole.number("/bytes"), costs: costs.map(Cost::median) })
}

/// Replaces what stands between the marks.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    const MARKS: [&str; 2] = ["<!-- begin measured -->\n", "<!-- end measured -->\n"];
    let page = fs::read_to_string(path)?;
    let parts = page.split_once(MARKS[0]).zip(page.split_once(MARKS[1]));
    let ((before, _), (_, behind)) = parts.ok_or("docs/performance.md lacks its marks")?;
    fs::write(path, format!("{before}{}\n{text}\n{}{behind}", MARKS[0], MARKS[1]))?;
    Ok(())
}
