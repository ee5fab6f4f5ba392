//! Writes a load and, beside it, what is true of it.

use std::fs::{self, File};
use std::path::PathBuf;

use clap::Parser;
use sockeye_loads::{Load, generate};

/// Write a capture of any size, and what is true of it.
#[derive(Parser)]
struct Arguments {
    /// chat, feed, bulk, dirty, haystack, long, churn, deflate, disorder, open or fragments.
    #[arg(value_parser = Load::named)]
    load: Load,
    /// The capture; the truth stands beside it, as JSON.
    path: PathBuf,
    /// Bytes of the capture, about; K, M and G stand for powers of 1000.
    #[arg(long, default_value = "400M", value_parser = size)]
    size: u64,
    /// What random numbers begin with.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn size(text: &str) -> Result<u64, String> {
    sockeye_loads::size(text).ok_or_else(|| "a number, with K, M or G behind it".to_owned())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Arguments { load, path, size, seed } = Arguments::parse();
    let truth = generate(load, size, seed, File::create(&path)?)?;
    fs::write(path.with_extension("json"), serde_json::to_string_pretty(&truth)? + "\n")?;
    Ok(())
}
