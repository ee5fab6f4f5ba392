//! What the tests of this room share.

/// Bytes from hexadecimal digits, blanks between them allowed.
pub(super) fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits.bytes().filter(|digit| !digit.is_ascii_whitespace()).collect();
    let value = |digit: u8| char::from(digit).to_digit(16).unwrap() as u8;
    digits.chunks(2).map(|pair| value(pair[0]) << 4 | value(pair[1])).collect()
}

/// RFC 8448 §3, `{client} send handshake record`.
pub(super) const CLIENT_HELLO_RECORD: &str = "
    16030100c4010000c00303cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece700000613011303130201000091
    0000000b0009000006736572766572ff01000100000a00140012001d001700180019010001010102010301040023000000330026002400
    1d002099381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c002b0003020304000d0020001e0403050306030203
    08040805080604010501060102010402050206020202002d00020101001c00024001";

/// RFC 8448 §3, `{server} send handshake record`, the first.
pub(super) const SERVER_HELLO_RECORD: &str = "
    160303005a020000560303a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e2692800130100002e00330024001d
    0020c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f002b00020304";
