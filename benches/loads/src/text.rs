//! What messages say: JSON, mostly ASCII.

use crate::random::Random;

/// Words of the chat; every line has something that is not ASCII.
const WORDS: &str = "did you see the goal last night, what a match! i will be late today, the train from Zürich stopped \
    again 🚆 can somebody look at ticket 4711 please? done: it was the cache, of course – as always. lunch at noon? ramen \
    (ラーメン) or pizza, your choice; i am in a meeting until then, call me if it burns. great work on the release 🎉 \
    next week we shall do the other half, if the tests are green. ¿y tú qué dices? no idea, ask the others, bye! ";

/// A record of the feed; each `0` becomes a digit, each `A` a letter. No number begins with 0 (RFC 8259 §6).
const RECORD: &str = r#"{"s":"AAA","x":"Zürich","b":1000.00,"a":1000.00,"v":10000},"#;

/// A message of the chat, this long; it takes at least 30 bytes.
pub fn chat(random: &mut Random, length: usize) -> Vec<u8> {
    let mut text = Vec::with_capacity(length);
    pattern(random, br#"{"from":"u0000","text":""#, &mut text);
    let end = length.saturating_sub(2);
    while text.len() < end {
        let from = WORDS.ceil_char_boundary(random.below(WORDS.len() / 2));
        let to = WORDS.floor_char_boundary(from + (end - text.len()));
        text.extend_from_slice(WORDS.get(from..to).unwrap_or_default().as_bytes());
        if to < WORDS.len() {
            text.resize(end, b'.');
        }
    }
    text.extend_from_slice(br#""}"#);
    text
}

/// A message of the feed, this long; it takes at least 100 bytes.
pub fn feed(random: &mut Random, length: usize) -> Vec<u8> {
    let mut text = Vec::with_capacity(length);
    text.push(b'[');
    while text.len() + RECORD.len() + 2 <= length {
        pattern(random, RECORD.as_bytes(), &mut text);
    }
    // No comma behind the last.
    text.pop();
    text.resize(length.saturating_sub(1), b' ');
    text.push(b']');
    text
}

fn pattern(random: &mut Random, pattern: &[u8], text: &mut Vec<u8>) {
    let mut drawn = 0;
    for &byte in pattern {
        let choices = match byte {
            b'0' => 10,
            b'A' => 26,
            _ => {
                text.push(byte);
                continue;
            }
        };
        if drawn < 1 << 8 {
            drawn = random.draw();
        }
        text.push(byte + (drawn % choices) as u8);
        drawn /= choices;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_json_of_the_length_asked_for() {
        let mut random = Random::new(1);
        let check = |text: Vec<u8>, length| {
            assert_eq!(text.len(), length);
            let json: serde_json::Value = serde_json::from_slice(&text).unwrap();
            assert!(json.is_object() || json.is_array());
        };
        for length in 30..=300 {
            check(chat(&mut random, length), length);
        }
        for length in 100..=2000 {
            check(feed(&mut random, length), length);
        }
        check(chat(&mut random, 2000), 2000);
    }
}
