//! A program that is run, and what that cost.

use std::process::Command;
use std::time::Instant;

use wait4::Wait4;

use crate::Failure;

/// What a run took.
#[derive(Clone, Copy, Default)]
pub struct Cost {
    /// CPU time, user and system, in seconds.
    pub cpu: f64,
    /// Time that passed, in seconds.
    pub wall: f64,
    /// The most memory that was resident, in bytes. It is not less than what this program has itself.
    pub peak: u64,
}

impl Cost {
    /// Each value's median.
    pub fn median(costs: Vec<Cost>) -> Cost {
        let of = |value: fn(&Cost) -> f64| {
            let mut values: Vec<f64> = costs.iter().map(value).collect();
            values.sort_by(f64::total_cmp);
            values.get(values.len() / 2).copied().unwrap_or_default()
        };
        Cost {
            cpu: of(|cost| cost.cpu),
            wall: of(|cost| cost.wall),
            peak: of(|cost| cost.peak as f64) as u64,
        }
    }
}

/// Runs a program to its end, which has to be a good one.
pub fn run(command: &mut Command) -> Result<Cost, Failure> {
    let start = Instant::now();
    let ended = command.spawn()?.wait4()?;
    if !ended.status.success() {
        return Err(format!("{command:?}: {}", ended.status).into());
    }
    Ok(Cost {
        cpu: (ended.rusage.utime + ended.rusage.stime).as_secs_f64(),
        wall: start.elapsed().as_secs_f64(),
        peak: ended.rusage.maxrss,
    })
}
