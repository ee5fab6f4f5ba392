//! Findings find the fields they stand on.

use super::model::{Explanation, Field, Mark, Role};
use crate::check::registry::rule;
use crate::record::Finding;

impl From<&Finding<'_>> for Mark {
    fn from(finding: &Finding<'_>) -> Self {
        Self {
            code: finding.code,
            name: finding.name,
            severity: finding.severity,
            side: finding.side,
            rfc: finding.rfc,
            text: finding.text.to_owned(),
            requirement: finding.requirement,
            why: rule(finding.code).map_or("", |rule| rule.why),
            help: finding.help,
            fields: Vec::new(),
        }
    }
}

impl Explanation {
    /// Adds a finding about it. `place` is the offset and the length of the bytes it is about, if it is about a part.
    pub fn mark(&mut self, mut mark: Mark, place: Option<[u64; 2]>) {
        let stands_on = |field: &Field| match field.role {
            Role::Line => place.is_some_and(|[at, length]| {
                at.checked_sub(field.offset).is_some_and(|into| into < field.length) && length <= field.length
            }),
            // Only reserved bits that are set can be wrong.
            Role::Reserved => roles(mark.code).contains(&Role::Reserved) && field.value == "1",
            role => roles(mark.code).contains(&role),
        };
        let on: Vec<usize> =
            self.fields.iter().enumerate().filter(|(_, field)| stands_on(field)).map(|(at, _)| at).collect();
        for &at in &on {
            if let Some(field) = self.fields.get_mut(at) {
                field.rules.push(mark.code);
            }
        }
        mark.fields = on;
        self.findings.push(mark);
    }
}

/// The fields of a frame that a rule is about; none for rules about more than one frame.
fn roles(code: &str) -> &'static [Role] {
    match code {
        "WS201" | "WS202" => &[Role::Mask],
        "WS203" | "WS301" | "WS302" => &[Role::Opcode],
        "WS204" => &[Role::Reserved],
        "WS205" | "WS206" => &[Role::ExtendedLength],
        "WS207" => &[Role::MaskingKey],
        "WS401" => &[Role::Length, Role::ExtendedLength],
        "WS402" => &[Role::Fin],
        "WS411" => &[Role::Payload],
        "WS412" => &[Role::StatusCode],
        _ => &[],
    }
}
