//! Masking (RFC 6455 §5.3).

/// Bytes treated at once; a multiple of the key's four.
const BLOCK: usize = 32;

/// Masks or unmasks `bytes`, which start `offset` bytes into the payload: byte `i` of the payload is combined with
/// byte `i mod 4` of the key.
pub fn unmask(key: [u8; 4], offset: u64, bytes: &mut [u8]) {
    let shift = (offset % 4) as usize;
    let pattern: [u8; BLOCK] = std::array::from_fn(|i| key[(i + shift) % 4]);
    let (blocks, rest) = bytes.as_chunks_mut::<BLOCK>();
    for block in blocks {
        combine(block, &pattern);
    }
    combine(rest, &pattern);
}

fn combine(bytes: &mut [u8], pattern: &[u8; BLOCK]) {
    for (byte, mask) in bytes.iter_mut().zip(pattern) {
        *byte ^= mask;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rfc6455_5_3_something() {
        let mut payload = [0x41, 0x92, 0x2e, 0x3a, 0x46, 0x95, 0x2a, 0x31, 0x55];
        unmask([0x32, 0xfd, 0x43, 0x5f], 0, &mut payload);
        assert_eq!(&payload, b"something");
    }

    proptest! {
        #[test]
        fn rfc6455_5_3_any_cut_gives_the_same_bytes(key: [u8; 4], payload: Vec<u8>, cut: prop::sample::Index) {
            let expected: Vec<u8> = payload.iter().enumerate().map(|(i, byte)| byte ^ key[i % 4]).collect();
            let mut cut_payload = payload.clone();
            let at = cut.index(payload.len() + 1);
            let (head, tail) = cut_payload.split_at_mut(at);
            unmask(key, 0, head);
            unmask(key, at as u64, tail);
            prop_assert_eq!(cut_payload, expected);
        }
    }
}
