//! What is asked of Sockeye.

use sockeye_loads::Load;

/// The most memory that may be resident, in bytes.
pub const PEAK: u64 = 32_000_000;
/// CPU time of the table, as a multiple of the list's.
pub const TABLE: f64 = 2.0;
/// Nanoseconds that full JSON may take for each payload byte, beyond the list's time.
pub const JSON: f64 = 1.0;
/// Wall time on two threads, as a part of that on one.
pub const TWO_THREADS: f64 = 0.65;

/// CPU time of the list at four times the size, as a multiple of that at the size: 4, and what noise and caches add.
pub const FOUR_TIMES: f64 = 4.6;

/// CPU time of the list, as a multiple of what counting packets with libpcap takes. Of hostile loads, none is asked for.
pub fn ratio(load: Load) -> Option<f64> {
    match load {
        Load::Chat | Load::Churn => Some(3.0),
        Load::Feed => Some(2.5),
        Load::Bulk => Some(1.0),
        Load::Dirty => Some(3.5),
        Load::Haystack => Some(1.2),
        Load::Long => Some(7.0),
        Load::Deflate => Some(45.0),
        Load::Disorder | Load::Open | Load::Fragments => None,
    }
}

/// How much longer than others a load is where time is measured to grow with the size. A connection takes some 1200 bytes: at
/// 400 MB, this makes a million of them.
pub fn times_as_long(load: Load) -> u64 {
    if load == Load::Open { 3 } else { 1 }
}
