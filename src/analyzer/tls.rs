//! TLS is told apart from other unknown traffic. Nothing is decrypted.

use super::scene::Scene;
use crate::base::{Direction, StreamEvent};
use crate::check;
use crate::record::Protocol;
use crate::tls::is_tls;

/// Says so if what a direction begins with is TLS.
pub(super) fn look(scene: &mut Scene<'_, '_>, direction: Direction, event: &StreamEvent<'_>) {
    let StreamEvent::Data { span, bytes, .. } = event else { return };
    if span.offset == 0 && scene.facts.protocol == Protocol::Unknown && is_tls(bytes) {
        scene.facts.protocol = Protocol::Tls;
        scene.find(span.end, check::capture::no_tls_keys(direction, span));
    }
}
