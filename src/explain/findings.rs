//! Findings find the fields they stand on.

use super::model::{ByteMark, Explanation, Field, Mark, MessageByte, Role, Subject};
use crate::check::registry::rule;
use crate::record::{Finding, Side};

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
            byte: finding.details.iter().find_map(|(name, value)| match *name {
                "text_offset" => value.as_u64().map(MessageByte::Said),
                "payload_offset" => value.as_u64().map(MessageByte::Sent),
                _ => None,
            }),
        }
    }
}

impl Explanation {
    /// Adds a finding about it. `place` is the offset and the length of the bytes it is about, if it is about a part.
    pub fn mark(&mut self, mut mark: Mark, place: Option<[u64; 2]>) {
        let mut on = self.fields_where(|field| stands_on(field, &mark, place));
        // No field is to blame for what the capture lacks.
        if on.is_empty() && mark.side != Side::Capture {
            // What is wrong with all of it, or with what is missing, stands on what says what it is.
            let is_first = |field: &Field| match field.role {
                Role::Line => field.offset == 0,
                role => role == Role::Opcode,
            };
            on = self.fields_where(is_first);
        }
        for &at in &on {
            if let Some(field) = self.fields.get_mut(at) {
                field.rules.push(mark.code);
            }
        }
        mark.fields = on;
        self.mark_byte(&mark);
        self.findings.push(mark);
    }

    /// Marks a byte of the payload, if all of the message that it is counted in is here.
    fn mark_byte(&mut self, mark: &Mark) {
        let is_whole = self.subject == Subject::Message || self.is_whole_message();
        let Some(content) = &mut self.content else { return };
        let (place, offset) = match (mark.byte, &mut content.inflated) {
            (Some(MessageByte::Said(offset)), Some(inflated)) => (&mut inflated.marks, offset),
            (Some(MessageByte::Said(offset)), None) if is_whole => (&mut content.marks, offset),
            (Some(MessageByte::Sent(offset)), _) if is_whole => (&mut content.marks, offset),
            _ => return,
        };
        place.push(ByteMark { offset, code: mark.code });
    }

    /// Whether it is a frame that is a message of its own.
    fn is_whole_message(&self) -> bool {
        self.fields.iter().all(|field| match field.role {
            Role::Fin => field.value == "1",
            Role::Opcode => !field.value.starts_with("0x0"),
            _ => true,
        })
    }

    fn fields_where(&self, is_meant: impl Fn(&Field) -> bool) -> Vec<usize> {
        self.fields.iter().enumerate().filter(|(_, field)| is_meant(field)).map(|(at, _)| at).collect()
    }
}

fn stands_on(field: &Field, mark: &Mark, place: Option<[u64; 2]>) -> bool {
    match field.role {
        Role::Line => place.is_some_and(|[at, length]| {
            at.checked_sub(field.offset).is_some_and(|into| into < field.length) && length <= field.length
        }),
        // The text names the bits that are wrong; others may be set rightly.
        Role::Reserved => roles(mark.code).contains(&Role::Reserved) && mark.text.contains(&field.name),
        role => roles(mark.code).contains(&role),
    }
}

/// The fields of a frame that a rule is about; none for rules about when it came, or that it came at all.
fn roles(code: &str) -> &'static [Role] {
    match code {
        "WS201" | "WS202" => &[Role::Mask],
        "WS204" | "WS605" | "WS606" => &[Role::Reserved],
        "WS205" | "WS206" => &[Role::ExtendedLength],
        "WS207" | "WS208" => &[Role::MaskingKey],
        "WS209" | "WS401" => &[Role::Length, Role::ExtendedLength],
        "WS303" | "WS402" => &[Role::Fin],
        "WS404" | "WS411" | "WS413" | "WS501" | "WS607" | "WS608" | "WS609" => &[Role::Payload],
        "WS412" | "WS418" | "WS421" => &[Role::StatusCode],
        _ => &[],
    }
}
