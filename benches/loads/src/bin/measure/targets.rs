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

/// CPU time of the list, as a multiple of what counting packets with libpcap takes.
pub fn ratio(load: Load) -> f64 {
    match load {
        Load::Chat | Load::Churn => 3.0,
        Load::Feed => 2.5,
        Load::Bulk => 1.0,
        Load::Dirty => 3.5,
        Load::Haystack => 1.2,
        Load::Long => 7.0,
        Load::Deflate => 45.0,
    }
}
