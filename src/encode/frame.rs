//! A frame from its description (RFC 6455 §5.2).

use crate::websocket::{FrameHeader, Opcode, unmask};

/// What a frame is to be. Nothing of it has to be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameSpec {
    /// Last frame of its message.
    pub fin: bool,
    /// First reserved bit.
    pub rsv1: bool,
    /// Second reserved bit.
    pub rsv2: bool,
    /// Third reserved bit.
    pub rsv3: bool,
    /// What the frame is; of a reserved opcode, the low four bits.
    pub opcode: Opcode,
    /// The key that masks the payload; `None` leaves it unmasked.
    pub masking_key: Option<[u8; 4]>,
    /// How the length is written.
    pub length_form: LengthForm,
    /// The length that the header announces, if it is not that of `payload`.
    pub announced: Option<u64>,
    /// The payload, not masked.
    pub payload: Vec<u8>,
}

/// How a header writes its payload's length (§5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LengthForm {
    /// As the RFC demands: in as few bits as it fits into.
    Shortest,
    /// In the 7 bits themselves. There, 126 and 127 say that one of the other forms follows.
    Bits7,
    /// In 16 bits behind the 7, which are 126.
    Bits16,
    /// In 64 bits behind the 7, which are 127.
    Bits64,
}

impl LengthForm {
    /// The largest number that this form has bits for.
    pub fn largest(self) -> u64 {
        match self {
            LengthForm::Bits7 => 0x7f,
            LengthForm::Bits16 => 0xffff,
            LengthForm::Shortest | LengthForm::Bits64 => u64::MAX,
        }
    }

    /// The form that is used for a length.
    fn of(self, length: u64) -> LengthForm {
        match (self, length) {
            (LengthForm::Shortest, ..=125) => LengthForm::Bits7,
            (LengthForm::Shortest, 126..=0xffff) => LengthForm::Bits16,
            (LengthForm::Shortest, _) => LengthForm::Bits64,
            (form, _) => form,
        }
    }
}

impl FrameSpec {
    /// A whole message in one frame: unmasked, its length in the shortest form.
    pub fn new(opcode: Opcode, payload: impl Into<Vec<u8>>) -> Self {
        Self {
            fin: true,
            rsv1: false,
            rsv2: false,
            rsv3: false,
            opcode,
            masking_key: None,
            length_form: LengthForm::Shortest,
            announced: None,
            payload: payload.into(),
        }
    }

    /// The length that the header announces.
    pub fn length(&self) -> u64 {
        self.announced.unwrap_or(self.payload.len() as u64)
    }

    /// Whether a receiver finds the end of the frame where its payload ends.
    pub fn ends_as_announced(&self) -> bool {
        let readable = match self.length_form {
            LengthForm::Bits7 => 125,
            form => form.largest(),
        };
        self.length() == self.payload.len() as u64 && self.length() <= readable
    }

    /// The bytes on the wire. Of a length that is larger than [`LengthForm::largest`], the low bits are written.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(FrameHeader::MAX_LENGTH + self.payload.len());
        bytes.push(self.first_byte());
        self.push_length(&mut bytes);
        bytes.extend(self.masking_key.iter().flatten());
        let header = bytes.len();
        bytes.extend_from_slice(&self.payload);
        if let (Some(key), Some(payload)) = (self.masking_key, bytes.get_mut(header..)) {
            // Masking and unmasking are the same (§5.3).
            unmask(key, 0, payload);
        }
        bytes
    }

    fn first_byte(&self) -> u8 {
        let bit = |set: bool, at: u8| u8::from(set) << at;
        let flags = bit(self.fin, 7) | bit(self.rsv1, 6) | bit(self.rsv2, 5) | bit(self.rsv3, 4);
        flags | self.opcode.value() & 0x0f
    }

    fn push_length(&self, bytes: &mut Vec<u8>) {
        let mask = u8::from(self.masking_key.is_some()) << 7;
        let length = self.length();
        match self.length_form.of(length) {
            LengthForm::Bits16 => {
                bytes.push(mask | 126);
                bytes.extend((length as u16).to_be_bytes());
            }
            LengthForm::Bits64 => {
                bytes.push(mask | 127);
                bytes.extend(length.to_be_bytes());
            }
            LengthForm::Bits7 | LengthForm::Shortest => bytes.push(mask | (length & 0x7f) as u8),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use proptest::prelude::*;

    fn masked(opcode: Opcode, payload: &[u8], key: [u8; 4]) -> FrameSpec {
        FrameSpec { masking_key: Some(key), ..FrameSpec::new(opcode, payload) }
    }

    #[test]
    fn rfc6455_5_7_the_examples() {
        let key = [0x37, 0xfa, 0x21, 0x3d];
        let hello = |opcode| FrameSpec::new(opcode, "Hello");
        assert_eq!(hello(Opcode::Text).encode(), b"\x81\x05Hello");
        let bytes = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
        assert_eq!(masked(Opcode::Text, b"Hello", key).encode(), bytes);
        let first = FrameSpec { fin: false, ..FrameSpec::new(Opcode::Text, "Hel") };
        assert_eq!(first.encode(), b"\x01\x03Hel");
        assert_eq!(FrameSpec::new(Opcode::Continuation, "lo").encode(), b"\x80\x02lo");
        assert_eq!(hello(Opcode::Ping).encode(), b"\x89\x05Hello");
        let bytes = [0x8a, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
        assert_eq!(masked(Opcode::Pong, b"Hello", key).encode(), bytes);
        assert_eq!(FrameSpec::new(Opcode::Binary, [0; 256]).encode()[..5], [0x82, 0x7e, 1, 0, 0]);
        let long = FrameSpec::new(Opcode::Binary, [0; 65536]).encode();
        assert_eq!((&long[..10], long.len()), (&[0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0][..], 65546));
    }

    #[test]
    fn rfc6455_5_3_something() {
        let bytes = masked(Opcode::Text, b"something", [0x32, 0xfd, 0x43, 0x5f]).encode();
        let expected =
            [0x81, 0x89, 0x32, 0xfd, 0x43, 0x5f, 0x41, 0x92, 0x2e, 0x3a, 0x46, 0x95, 0x2a, 0x31, 0x55];
        assert_eq!(bytes, expected);
    }

    #[test]
    fn rfc6455_5_2_wrong_lengths_are_written_as_told() {
        let with = |length_form, announced| FrameSpec {
            length_form,
            announced,
            ..FrameSpec::new(Opcode::Text, "Hi")
        };
        for (spec, header, ends) in [
            (with(LengthForm::Bits16, None), &[0x81, 126, 0, 2][..], true),
            (with(LengthForm::Bits64, None), &[0x81, 127, 0, 0, 0, 0, 0, 0, 0, 2], true),
            (with(LengthForm::Shortest, Some(1 << 63)), &[0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0], false),
            (with(LengthForm::Shortest, Some(126)), &[0x81, 126, 0, 126], false),
            (with(LengthForm::Bits7, Some(127)), &[0x81, 127], false),
            (with(LengthForm::Bits7, Some(0x1ff)), &[0x81, 127], false),
            (with(LengthForm::Bits16, Some(0x1_0003)), &[0x81, 126, 0, 3], false),
            (with(LengthForm::Bits7, Some(2)), &[0x81, 2], true),
        ] {
            assert_eq!(spec.encode(), [header, b"Hi"].concat());
            assert_eq!(spec.ends_as_announced(), ends, "{spec:?}");
        }
        let long = |length| FrameSpec {
            length_form: LengthForm::Bits7,
            ..FrameSpec::new(Opcode::Text, vec![0; length])
        };
        assert!(long(125).ends_as_announced() && !long(126).ends_as_announced());
    }

    #[test]
    fn an_opcode_of_more_than_four_bits_does_not_reach_the_flags() {
        assert_eq!(FrameSpec::new(Opcode::Reserved(0xf3), "").encode(), [0x83, 0]);
    }

    fn flags() -> impl Strategy<Value = [bool; 4]> {
        any::<[bool; 4]>()
    }

    prop_compose! {
        /// Every description that does not lie about its length.
        fn honest()(
            [fin, rsv1, rsv2, rsv3] in flags(),
            opcode in 0..16u8,
            masking_key: Option<[u8; 4]>,
            form in prop::sample::select(vec![LengthForm::Shortest, LengthForm::Bits7, LengthForm::Bits16, LengthForm::Bits64]),
            length in prop_oneof![0..200usize, 65_500..65_600usize],
            byte: u8,
        ) -> FrameSpec {
            let payload = vec![byte; length];
            let opcode = Opcode::from(opcode);
            let mut spec = FrameSpec { fin, rsv1, rsv2, rsv3, opcode, masking_key, length_form: form, announced: None, payload };
            if !spec.ends_as_announced() {
                spec.length_form = LengthForm::Bits64;
            }
            spec
        }
    }

    /// The description of a frame that was read: header and payload, the form told by the header's length.
    fn described(header: &FrameHeader, payload: &[u8]) -> FrameSpec {
        let length_form = match header.header_length - if header.masked() { 4 } else { 0 } {
            2 => LengthForm::Bits7,
            4 => LengthForm::Bits16,
            _ => LengthForm::Bits64,
        };
        let mut payload = payload.to_vec();
        if let Some(key) = header.masking_key {
            unmask(key, 0, &mut payload);
        }
        FrameSpec {
            fin: header.fin,
            rsv1: header.rsv1,
            rsv2: header.rsv2,
            rsv3: header.rsv3,
            opcode: header.opcode,
            masking_key: header.masking_key,
            length_form,
            announced: Some(header.payload_length),
            payload,
        }
    }

    proptest! {
        #[test]
        fn decoding_gives_the_description_again(spec in honest()) {
            let bytes = spec.encode();
            let (payload, header) = FrameHeader::parse(&bytes).unwrap();
            prop_assert_eq!(header.payload_length, payload.len() as u64);
            let length_form = spec.length_form.of(spec.length());
            let expected = FrameSpec { length_form, announced: Some(spec.length()), ..spec };
            prop_assert_eq!(described(&header, payload), expected);
        }

        #[test]
        fn encoding_gives_the_bytes_again(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            // Any bytes in which a header is whole, whatever length it announces.
            if let Ok((payload, header)) = FrameHeader::parse(&bytes) {
                prop_assert_eq!(described(&header, payload).encode(), bytes);
            }
        }
    }
}
