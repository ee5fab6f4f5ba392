//! Every cap on what may be held in memory, with its reason beside the number.
//!
//! A cap that acts is reported (rule WS906 and the summary); none of them ends the analysis.

/// The caps of one analysis. [`Limits::default`] serves captures of any size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one captured packet. Snap lengths in the wild end at 256 KiB; a larger number is damage, not data.
    pub record: usize,
    /// Bytes that decompressing a capture may look back, which the compressed file announces and which must be held:
    /// what every level of zstd and xz stays within. Only long-distance modes of zstd and dictionaries of one's own
    /// for xz need more. A decoder takes little beside them, and those of the other formats take less.
    pub decompression_window: usize,
    /// IP datagrams whose fragments are put together at once, each of up to 72 KiB (twice as many if there are fragments
    /// inside of fragments). Fragments of one datagram follow each other closely; the oldest datagram makes room.
    pub fragmented_datagrams: usize,
    /// TCP connections remembered at once, open or lately closed. The least recently active one makes room.
    pub connections: usize,
    /// Bytes waiting in one direction for an earlier segment: more than any TCP window seen in practice.
    pub out_of_order: usize,
    /// Bytes waiting for earlier segments in all connections together.
    pub out_of_order_total: u64,
    /// Bytes of the copies that retransmissions are compared with, in all connections together: 5 KiB for each direction
    /// that has sent something. Once used up, others go without; if they then repeat something, the summary counts them,
    /// and no finding tells, because all that is left out is a comparison. Each [part](super::Shards) has an eighth.
    pub history_total: u64,
    /// Bytes of one HTTP head; common servers accept 8 to 64 KiB.
    pub http_head: usize,
    /// Bytes that wait behind an HTTP request for its response (early frames, pipelined requests).
    pub http_wait: usize,
    /// Header fields of one HTTP head.
    pub http_fields: usize,
    /// HTTP requests of one connection that wait for their responses.
    pub http_pipeline: usize,
    /// Payload bytes collected of one frame or message. A compressed message has to be collected whole.
    pub payload: usize,
    /// Bytes that one compressed message may inflate to: over a thousand times its own length, so a few packets can bring
    /// about gigabytes. Few receivers accept messages of that size.
    pub inflated: u64,
    /// Bytes of TLS records of one connection that wait for their keys: enough for what comes before the line of a key log
    /// that is written while the capture is read.
    pub tls_wait: usize,
    /// Payload, HTTP and TLS bytes held in all connections together. Half of it is for what comes and goes, and not for
    /// what stays as long as a connection: the 32 KiB of each direction that compressed messages may refer to. Each
    /// [part](super::Shards) has an eighth.
    pub held_total: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            record: 16 << 20,
            decompression_window: 128 << 20,
            fragmented_datagrams: 256,
            connections: 1 << 17,
            out_of_order: 4 << 20,
            out_of_order_total: 256 << 20,
            history_total: 2 << 20,
            http_head: 64 << 10,
            http_wait: 256 << 10,
            http_fields: 256,
            http_pipeline: 64,
            payload: 16 << 20,
            inflated: 64 << 20,
            tls_wait: 1 << 20,
            held_total: 256 << 20,
        }
    }
}

impl Limits {
    /// The value of a cap as users write it, with the largest suffix that leaves a whole number: `64K`, `16M`.
    pub fn shown(&self, limit: &Limit) -> String {
        match (limit.get)(self) {
            0 => "0".to_owned(),
            value if value.is_multiple_of(1 << 30) => format!("{}G", value >> 30),
            value if value.is_multiple_of(1 << 20) => format!("{}M", value >> 20),
            value if value.is_multiple_of(1 << 10) => format!("{}K", value >> 10),
            value => value.to_string(),
        }
    }
}

/// A cap as users name it.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// The field of [`Limits`], also in findings and in the summary.
    pub name: &'static str,
    /// What is counted, and what happens beyond.
    pub meaning: &'static str,
    /// Reads it.
    pub get: fn(&Limits) -> u64,
    /// Sets it.
    pub set: fn(&mut Limits, u64),
}

/// Every field of [`Limits`], in its order.
pub static ALL: [Limit; 15] = [
    Limit {
        name: "record",
        meaning: "Bytes of one captured packet; a longer one is taken for damage, and ends the file.",
        get: |limits| limits.record as u64,
        set: |limits, value| limits.record = saturated(value),
    },
    Limit {
        name: "decompression_window",
        meaning: "Bytes that decompressing a capture may look back; a file that needs more is not read.",
        get: |limits| limits.decompression_window as u64,
        set: |limits, value| limits.decompression_window = saturated(value),
    },
    Limit {
        name: "fragmented_datagrams",
        meaning: "IP datagrams put together from fragments at once; the oldest makes room.",
        get: |limits| limits.fragmented_datagrams as u64,
        set: |limits, value| limits.fragmented_datagrams = saturated(value),
    },
    Limit {
        name: "connections",
        meaning: "TCP connections remembered at once; the least recently active makes room.",
        get: |limits| limits.connections as u64,
        set: |limits, value| limits.connections = saturated(value),
    },
    Limit {
        name: "out_of_order",
        meaning: "Bytes of one direction that wait for an earlier segment; then that is given up as missing.",
        get: |limits| limits.out_of_order as u64,
        set: |limits, value| limits.out_of_order = saturated(value),
    },
    Limit {
        name: "out_of_order_total",
        meaning: "The same, of all connections together.",
        get: |limits| limits.out_of_order_total,
        set: |limits, value| limits.out_of_order_total = value,
    },
    Limit {
        name: "history_total",
        meaning: "Bytes lately handed on, of all connections together; what comes again is compared with them.",
        get: |limits| limits.history_total,
        set: |limits, value| limits.history_total = value,
    },
    Limit {
        name: "http_head",
        meaning: "Bytes of one HTTP head; HTTP is not followed any further on the connection.",
        get: |limits| limits.http_head as u64,
        set: |limits, value| limits.http_head = saturated(value),
    },
    Limit {
        name: "http_wait",
        meaning: "Bytes that wait behind an HTTP request for its response; likewise.",
        get: |limits| limits.http_wait as u64,
        set: |limits, value| limits.http_wait = saturated(value),
    },
    Limit {
        name: "http_fields",
        meaning: "Header fields of one HTTP head; likewise.",
        get: |limits| limits.http_fields as u64,
        set: |limits, value| limits.http_fields = saturated(value),
    },
    Limit {
        name: "http_pipeline",
        meaning: "HTTP requests of one connection that wait for their responses; later ones wait as bytes.",
        get: |limits| limits.http_pipeline as u64,
        set: |limits, value| limits.http_pipeline = saturated(value),
    },
    Limit {
        name: "payload",
        meaning: "Payload bytes shown of one frame or message; the rest is counted. A longer compressed message is not \
            inflated.",
        get: |limits| limits.payload as u64,
        set: |limits, value| limits.payload = saturated(value),
    },
    Limit {
        name: "inflated",
        meaning: "Bytes that one compressed message may inflate to; inflating stops there.",
        get: |limits| limits.inflated,
        set: |limits, value| limits.inflated = value,
    },
    Limit {
        name: "tls_wait",
        meaning: "Bytes of TLS records that wait for their keys; then they are not decrypted, nor is what follows.",
        get: |limits| limits.tls_wait as u64,
        set: |limits, value| limits.tls_wait = saturated(value),
    },
    Limit {
        name: "held_total",
        meaning: "Payload, HTTP and TLS bytes held in all connections together; what does not fit is not kept.",
        get: |limits| limits.held_total,
        set: |limits, value| limits.held_total = value,
    },
];

fn saturated(value: u64) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_sets_its_own_field_and_all_fields_have_one() {
        for (value, limit) in (1000..).zip(&ALL) {
            let mut limits = Limits::default();
            (limit.set)(&mut limits, value);
            let changed: Vec<&str> = ALL
                .iter()
                .filter(|other| (other.get)(&limits) != (other.get)(&Limits::default()))
                .map(|other| other.name)
                .collect();
            assert_eq!((changed, (limit.get)(&limits)), (vec![limit.name], value));
            assert!(format!("{limits:?}").contains(&format!(" {}: {value}", limit.name)));
        }
        assert_eq!(format!("{:?}", Limits::default()).matches(": ").count(), ALL.len());
    }
}
