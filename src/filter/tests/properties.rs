//! What holds for all texts and all trees.

use proptest::prelude::*;

use super::samples::*;
use crate::filter::tree::{Expr, Operand, Relation};
use crate::filter::value::Value;
use crate::filter::{FIELDS, Field, FieldType, Filter};
use crate::record::Side;
use crate::websocket::FrameHeader;

fn field() -> impl Strategy<Value = &'static Field> {
    let can_be_written = |field: &&Field| {
        !matches!(field.field_type, FieldType::Text | FieldType::Bytes | FieldType::Duration)
    };
    (0..FIELDS.len()).prop_map(|index| FIELDS[index]).prop_filter("no literal", can_be_written)
}

fn literal(field_type: FieldType) -> BoxedStrategy<Value<'static>> {
    match field_type {
        FieldType::Protocol | FieldType::Boolean => any::<bool>().prop_map(Value::Boolean).boxed(),
        FieldType::Unsigned { bits } => {
            any::<u64>().prop_map(move |value| Value::Unsigned(value >> (64 - u32::from(bits)))).boxed()
        }
        FieldType::Ipv4 => (any::<u32>(), 0..=32_u8).prop_map(|(a, p)| Value::Ipv4(a.into(), p)).boxed(),
        FieldType::Ipv6 => (any::<u128>(), 0..=128_u8).prop_map(|(a, p)| Value::Ipv6(a.into(), p)).boxed(),
        // No literal of it can be written.
        _ => any::<bool>().prop_map(Value::Boolean).boxed(),
    }
}

fn test() -> impl Strategy<Value = Expr> {
    let relation = prop::sample::select(&Relation::SPELLINGS[..]).prop_map(|(relation, ..)| relation);
    (field(), relation, any::<bool>()).prop_flat_map(|(field, relation, with_itself)| {
        let boolean = field.field_type == FieldType::Boolean;
        let relation = if boolean && relation.orders() { Relation::Equal } else { relation };
        literal(field.field_type).prop_map(move |value| match field.field_type {
            FieldType::Protocol | FieldType::Label => Expr::Exists(field),
            _ if with_itself => Expr::Compare(Operand::Field(field), relation, Operand::Field(field)),
            FieldType::Boolean | FieldType::Unsigned { .. } | FieldType::Ipv4 | FieldType::Ipv6 => {
                Expr::Compare(Operand::Field(field), relation, Operand::Literal(value))
            }
            _ => Expr::Exists(field),
        })
    })
}

fn tree() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![field().prop_map(Expr::Exists), test()];
    leaf.prop_recursive(6, 40, 4, |inner| {
        let parts = prop::collection::vec(inner.clone(), 2..5);
        prop_oneof![
            inner.prop_map(|inner| Expr::Not(Box::new(inner))),
            parts.clone().prop_map(Expr::And),
            parts.prop_map(Expr::Or),
        ]
    })
}

/// Texts made of what filters are made of, in no order.
fn word_salad() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        field().prop_map(|field| field.name.to_string()),
        prop::sample::select(
            &[
                "(",
                ")",
                "not",
                "!",
                "and",
                "&&",
                "or",
                "||",
                "==",
                "!=",
                "<",
                ">=",
                "eq",
                "=",
                "in",
                "1",
                "0x",
                "70000",
                "::1",
                "10.0.0.0/8",
                "/",
                "\"a\"",
                "\"",
                "{",
                "[",
                "世",
                "\u{202e}",
                "\n",
                "-1",
                "true"
            ][..]
        )
        .prop_map(String::from),
    ];
    (prop::collection::vec(word, 0..30), any::<bool>())
        .prop_map(|(words, spaced)| words.join(if spaced { " " } else { "" }))
}

/// The error of a text that is no filter points into what it shows.
fn check_shown(text: &str) -> Result<(), TestCaseError> {
    let Err(error) = Filter::parse(text) else { return Ok(()) };
    let shown = error.to_string();
    let lines: Vec<&str> = shown.split('\n').collect();
    prop_assert_eq!(lines.len(), 3, "{}", shown);
    prop_assert!(shown.chars().all(|c| c == '\n' || !c.is_control()), "{}", shown);
    prop_assert!(
        lines[0].starts_with("in the filter, ") && !lines[0].contains("cannot be read"),
        "{}",
        shown
    );
    let carets = lines[2].trim_start();
    prop_assert!(carets.starts_with('^') && carets.trim_start_matches('^').len() > 3, "{}", shown);
    Ok(())
}

proptest! {
    #[test]
    fn what_is_printed_reads_back_as_the_same_tree(tree in tree()) {
        let filter = Filter { tree };
        prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
    }

    #[test]
    fn any_text_is_a_filter_or_a_mistake_that_can_be_shown(text in any::<String>()) {
        check_shown(&text)?;
    }

    #[test]
    fn any_mixture_of_words_is_a_filter_or_a_mistake_that_can_be_shown(text in word_salad()) {
        check_shown(&text)?;
        if let Ok(filter) = Filter::parse(&text) {
            prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
        }
    }

    #[test]
    fn not_equal_is_the_opposite_of_equal_where_both_sides_exist(field in field(), number in any::<u16>()) {
        let test = format!("{} == {number}", field.name);
        prop_assume!(Filter::parse(&test).is_ok());
        let different = Filter::parse(&test.replace("==", "!=")).unwrap();
        let same = Filter::parse(&test).unwrap();
        let exists = Filter::parse(field.name).unwrap();
        for record in [opened(), handshake(true), message(true), finding(Side::Client)] {
            let expected = exists.matches(&record) && !same.matches(&record);
            prop_assert_eq!(different.matches(&record), expected);
        }
    }

    #[test]
    fn fields_are_compared_as_if_pair_by_pair(
        values in prop::collection::vec((0..16_u8, any::<bool>(), any::<bool>(), 0..20_u64), 0..6),
    ) {
        let headers: Vec<_> = values.iter().map(|&(opcode, fin, mask, length)| header(opcode, fin, mask, length)).collect();
        let frames = frames(headers.iter().copied());
        let record = packet(ends(), CLIENT, "WebSocket", &frames);
        for (relation, ..) in Relation::SPELLINGS {
            let mut pairs = headers.iter().flat_map(|one| headers.iter().map(move |other| (one, other)));
            let holds = |(one, other): (&FrameHeader, &FrameHeader)| {
                let (opcode, length) = (u64::from(one.opcode.value()), other.payload_length);
                match relation {
                    Relation::Equal => opcode == length,
                    Relation::NotEqual => opcode != length,
                    Relation::Greater => opcode > length,
                    Relation::Less => opcode < length,
                    Relation::GreaterOrEqual => opcode >= length,
                    Relation::LessOrEqual => opcode <= length,
                }
            };
            let expected = match relation {
                Relation::NotEqual => !headers.is_empty() && pairs.all(holds),
                _ => pairs.any(holds),
            };
            let filter = format!("websocket.opcode {relation} websocket.payload_length");
            prop_assert_eq!(Filter::parse(&filter).unwrap().matches(&record), expected, "{}", filter);
        }
    }
}
