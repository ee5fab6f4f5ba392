//! The numbers of the tcpdump.org registry of link types.

use std::fmt;

/// What the first bytes of a packet are (the tcpdump.org registry of link types).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LinkType(pub u16);

impl LinkType {
    /// BSD loopback: an address family in the byte order of the capturing machine, then IP.
    pub const NULL: LinkType = LinkType(0);
    /// Ethernet.
    pub const ETHERNET: LinkType = LinkType(1);
    /// PPP, with or without its HDLC-like framing.
    pub const PPP: LinkType = LinkType(9);
    /// IP without anything before it.
    pub const RAW: LinkType = LinkType(101);
    /// OpenBSD loopback: an address family in network byte order, then IP.
    pub const LOOP: LinkType = LinkType(108);
    /// Linux "cooked" capture.
    pub const LINUX_SLL: LinkType = LinkType(113);
    /// IPv4 without anything before it.
    pub const IPV4: LinkType = LinkType(228);
    /// IPv6 without anything before it.
    pub const IPV6: LinkType = LinkType(229);
    /// Linux "cooked" capture, version 2.
    pub const LINUX_SLL2: LinkType = LinkType(276);

    /// Raw IP as some systems number it in their files: their own DLT_RAW instead of 101.
    pub const RAW_OF_OTHER_SYSTEMS: [LinkType; 2] = [LinkType(12), LinkType(14)];

    /// The registry's name without `LINKTYPE_`, for those that one meets.
    pub fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            0 => "NULL",
            1 => "ETHERNET",
            9 => "PPP",
            12 | 14 | 101 => "RAW",
            105 => "IEEE802_11",
            108 => "LOOP",
            113 => "LINUX_SLL",
            127 => "IEEE802_11_RADIOTAP",
            189 => "USB_LINUX",
            195 => "IEEE802_15_4_WITHFCS",
            220 => "USB_LINUX_MMAPPED",
            228 => "IPV4",
            229 => "IPV6",
            239 => "NFLOG",
            251 => "BLUETOOTH_LE_LL",
            252 => "WIRESHARK_UPPER_PDU",
            258 => "PKTAP",
            276 => "LINUX_SLL2",
            _ => return None,
        })
    }
}

/// The name, or the number of a link type without one.
impl fmt::Display for LinkType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_by_name_or_else_by_number() {
        assert_eq!(LinkType::LINUX_SLL2.to_string(), "LINUX_SLL2");
        assert_eq!(LinkType(14).to_string(), "RAW");
        assert_eq!(LinkType(147).to_string(), "147");
    }
}
