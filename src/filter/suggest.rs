//! What somebody may have meant.

use super::fields::FIELDS;

/// Tokens that are no operators, with the operator that their writers mean.
const MISTAKEN_OPERATORS: [(&str, &str); 14] = [
    ("=", "=="),
    ("===", "=="),
    ("any_eq", "=="),
    ("<>", "!="),
    ("!==", "!="),
    ("~=", "!="),
    ("all_ne", "!="),
    ("=>", ">="),
    ("=<", "<="),
    ("&", "&&"),
    ("|", "||"),
    ("AND", "and"),
    ("OR", "or"),
    ("NOT", "not"),
];

/// Tokens of Wireshark's language that are not in ours.
const UNSUPPORTED: [&str; 25] = [
    "contains",
    "matches",
    "in",
    "~",
    "[",
    "]",
    "{",
    "}",
    "#",
    "@",
    "$",
    "+",
    "-",
    "*",
    "/",
    "%",
    "^",
    "^^",
    "xor",
    "any",
    "all",
    "any_ne",
    "all_eq",
    "bitwise_and",
    ",",
];

/// Longer words are like no field, and the edit distance takes time with their length.
const LONGEST_WORD: usize = 64;

/// Names that a list holds at most.
const LISTED: usize = 12;

/// Help for what is not supported: what is.
pub(super) const OPERATORS: &str = "the operators are == != > < >= <=, and, or, not, and parentheses";

/// The operator that was meant by a token which is none.
pub(super) fn operator(token: &str) -> Option<&'static str> {
    MISTAKEN_OPERATORS.iter().find(|(mistaken, _)| *mistaken == token).map(|(_, meant)| *meant)
}

/// Whether Wireshark would understand a token where we do not.
pub(super) fn is_unsupported(token: &str) -> bool {
    UNSUPPORTED.contains(&token)
}

/// Help for a word that is no field: the field most like it, if one is alike.
pub(super) fn did_you_mean(word: &str) -> Option<String> {
    if word.len() > LONGEST_WORD || !word.starts_with(char::is_alphabetic) {
        return None;
    }
    let word = word.to_lowercase();
    let (distance, name) = FIELDS
        .iter()
        .map(|field| (strsim::osa_distance(&word, field.name), field.name))
        .min_by_key(|(distance, _)| *distance)?;
    let alike = distance <= (word.chars().count() / 3).max(1);
    alike.then(|| format!("did you mean `{name}`?"))
}

/// Help for a word that is no field: the one most like it, else those of its protocol, else all.
pub(super) fn field(word: &str) -> String {
    did_you_mean(word).unwrap_or_else(|| {
        let protocol = word.split('.').next().unwrap_or(word);
        match fields_of(protocol) {
            none if none.is_empty() => format!("the fields are {}", listed(|_| true)),
            some => format!("the fields of `{protocol}` are {some}"),
        }
    })
}

/// The names of the fields of a protocol, listed.
pub(super) fn fields_of(protocol: &str) -> String {
    listed(|name| name.strip_prefix(protocol).is_some_and(|rest| rest.starts_with('.')))
}

/// Of very many, the first.
fn listed(wanted: impl Fn(&str) -> bool) -> String {
    let names: Vec<&str> = FIELDS.iter().map(|field| field.name).filter(|name| wanted(name)).collect();
    match names.split_at_checked(LISTED) {
        Some((first, rest)) if !rest.is_empty() => format!("{} and {} more", first.join(", "), rest.len()),
        _ => names.join(", "),
    }
}
