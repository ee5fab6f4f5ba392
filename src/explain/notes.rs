//! Why the RFC wants it so.

use super::model::Note;
use crate::base::Direction;
use crate::websocket::{FrameHeader, Opcode};

/// What is worth knowing about a frame like this.
pub(super) fn of_frame(header: &FrameHeader, from: Direction) -> Vec<Note> {
    let mut notes = vec![opcode(header.opcode)];
    if !header.fin && !header.opcode.is_control() {
        notes.push(FRAGMENTS);
    }
    if header.rsv1 {
        notes.push(COMPRESSED);
    }
    notes.push(match from {
        Direction::ClientToServer => MASKED,
        Direction::ServerToClient => UNMASKED,
    });
    notes.push(match header.header_length - if header.masked() { 4 } else { 0 } {
        2 => LENGTH_7,
        4 => LENGTH_16,
        _ => LENGTH_64,
    });
    notes
}

fn opcode(opcode: Opcode) -> Note {
    match opcode {
        Opcode::Continuation => CONTINUATION,
        Opcode::Text => TEXT,
        Opcode::Binary => BINARY,
        Opcode::Close => CLOSE,
        Opcode::Ping => PING,
        Opcode::Pong => PONG,
        Opcode::Reserved(_) => RESERVED,
    }
}

const CONTINUATION: Note = Note {
    text: "A continuation carries on the message that a text or binary frame without FIN began, and has the type of \
        that frame. Between fragments only control frames may stand.",
    rfc: "RFC 6455 §5.4",
};
const TEXT: Note = Note {
    text: "Text is UTF-8. A fragment may end inside a character, the message may not.",
    rfc: "RFC 6455 §5.6",
};
const BINARY: Note = Note {
    text: "What binary payload means is for the application alone; no byte of it is looked at on the way.",
    rfc: "RFC 6455 §5.6",
};
const CLOSE: Note = Note {
    text: "The peer answers with a Close of its own, and nothing follows it. So both sides know that everything sent \
        before has arrived, which the end of a TCP connection alone does not tell.",
    rfc: "RFC 6455 §5.5.1",
};
const PING: Note = Note {
    text: "The receiver answers with a pong that carries the same payload, which shows that the peer is there and keeps \
        the connection from being idle.",
    rfc: "RFC 6455 §5.5.2",
};
const PONG: Note = Note {
    text: "A pong carries the payload of the ping it answers. One that nobody asked for is a heartbeat, and needs no \
        answer.",
    rfc: "RFC 6455 §5.5.3",
};
const RESERVED: Note = Note {
    text: "Opcodes without a meaning are kept for later versions and extensions. A receiver that does not know one \
        fails the connection, as it cannot know what was meant.",
    rfc: "RFC 6455 §5.2",
};
const FRAGMENTS: Note = Note {
    text: "Fragments let a sender begin before it knows how long the message will be, and let control frames come in \
        between.",
    rfc: "RFC 6455 §5.4",
};
const COMPRESSED: Note = Note {
    text: "RSV1 on the first frame of a message says that permessage-deflate compressed it.",
    rfc: "RFC 7692 §6",
};
const MASKED: Note = Note {
    text: "A new random key for each frame keeps a script from choosing the bytes on the wire, which could poison \
        the cache of a proxy that takes them for HTTP. It hides nothing: the key stands before the payload.",
    rfc: "RFC 6455 §10.3",
};
const UNMASKED: Note = Note {
    text: "A server does not mask: the attack that masking prevents begins at the client.",
    rfc: "RFC 6455 §5.1",
};
const LENGTH_7: Note = Note {
    text: "Lengths up to 125 fit the 7 bits; 126 and 127 say that a longer form follows.",
    rfc: "RFC 6455 §5.2",
};
const LENGTH_16: Note = Note {
    text: "Lengths from 126 to 65535 stand in 16 bits, in network byte order. The shortest form must be used.",
    rfc: "RFC 6455 §5.2",
};
const LENGTH_64: Note = Note {
    text: "Lengths from 65536 on stand in 64 bits, in network byte order, of which the first is 0. The shortest form \
        must be used.",
    rfc: "RFC 6455 §5.2",
};
