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
    /// and no finding tells, because all that is left out is a comparison.
    pub history_total: u64,
    /// Bytes of one HTTP head; common servers accept 8 to 64 KiB.
    pub http_head: usize,
    /// Bytes that wait behind an HTTP request for its response (early frames, pipelined requests).
    pub http_wait: usize,
    /// Header fields of one HTTP head.
    pub http_fields: usize,
    /// HTTP requests of one connection that wait for their responses.
    pub http_pipeline: usize,
    /// Payload bytes collected of one frame or message.
    pub payload: usize,
    /// Payload and HTTP bytes held in all connections together.
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
            history_total: 8 << 20,
            http_head: 64 << 10,
            http_wait: 256 << 10,
            http_fields: 256,
            http_pipeline: 64,
            payload: 16 << 20,
            held_total: 256 << 20,
        }
    }
}
