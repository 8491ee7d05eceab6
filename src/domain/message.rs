//! One mail as the domain sees it: who wrote, what they wrote, and what the headers say of its making.
//!
//! Reading raw bytes is the mail layer's work; this is what comes out of it, as plain values.

use chrono::{DateTime, Utc};

/// A mailbox as a header names it. The address is lower-cased in its domain only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The display name, decoded; empty when there is none.
    pub name: String,
    /// `local@domain`.
    pub address: String,
}

/// Who a mail says it is from. Never proof of identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sender {
    /// Exactly one plain address.
    Known(Address),
    /// Several From addresses, a group, or an address hidden in a display name; never answered automatically.
    Ambiguous {
        /// What the header shows, for a person to read.
        shown: String,
    },
    /// No usable From.
    Missing,
}

/// What the headers and structure say about whether a programme made this mail (RFC 3834, RFC 3464).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Making {
    /// The keyword of `Auto-Submitted`, lower-cased, such as `auto-replied`; `None` without that header.
    pub auto_submitted: Option<String>,
    /// `Precedence`, lower-cased.
    pub precedence: Option<String>,
    /// Any `List-*` header is there.
    pub from_list: bool,
    /// `X-Auto-Response-Suppress`, `X-Autoreply`, `X-Autorespond` or a like header is there.
    pub auto_response_header: bool,
    /// `Return-Path: <>`.
    pub null_sender: bool,
    /// `multipart/report` (delivery status or read receipt), with its report-type.
    pub report_type: Option<String>,
    /// A `text/calendar` part, with its METHOD, lower-cased, such as `request`; empty when it names none.
    pub calendar_method: Option<String>,
}

/// How sure it is that the characters shown of a mail are those that its writer wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Characters {
    /// Declared and sound, or undeclared and readable in one way only, or chosen by a person.
    #[default]
    Certain,
    /// What is declared does not fit, several readings fit, or something is missing: a person must compare.
    Uncertain,
}

impl Characters {
    /// Certain where something holds.
    pub fn certain_if(holds: bool) -> Self {
        if holds { Self::Certain } else { Self::Uncertain }
    }

    /// Certain only where both are.
    pub fn and(self, other: Self) -> Self {
        Self::certain_if(self == Self::Certain && other == Self::Certain)
    }
}

/// One part that is not shown as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its number in the message, stable for the same raw bytes.
    pub index: usize,
    /// The file name as the mail gives it, made safe to show; never a path.
    pub name: String,
    /// The declared media type, such as `application/pdf`.
    pub media_type: String,
    /// Decoded size in bytes.
    pub size: usize,
}

/// A mail, read. Always a derived view: the raw bytes are what is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Without angle brackets; `None` when absent or empty.
    pub message_id: Option<String>,
    /// Message-IDs in `In-Reply-To`, without brackets, never empty strings.
    pub in_reply_to: Vec<String>,
    /// Message-IDs in `References`, without brackets, oldest first.
    pub references: Vec<String>,
    /// Who it says it is from.
    pub from: Sender,
    /// `Reply-To`, only shown, never answered before a person agrees.
    pub reply_to: Vec<Address>,
    /// `To` and `Cc`.
    pub to: Vec<Address>,
    /// Decoded, on one line.
    pub subject: String,
    /// The `Date` header, only shown: the sender sets it.
    pub date: Option<DateTime<Utc>>,
    /// The date of the topmost `Received` line: when our own server took it.
    pub top_received: Option<DateTime<Utc>>,
    /// All text a person would see, decoded, `\n` line ends. HTML-only mail is turned into text.
    pub text: String,
    /// The part of `text` that the writer writes now: without quoted and forwarded text.
    pub own_text: String,
    /// The forwarded or quoted part of `text`; empty when there is none.
    pub quoted_text: String,
    /// What made it.
    pub making: Making,
    /// Parts offered as files, in order.
    pub attachments: Vec<Attachment>,
    /// Parts that say in another form what the text says, such as the HTML of a mail that is shown as plain text. With
    /// these, the files and what is shown as text, every part is accounted for.
    pub other_forms: Vec<Attachment>,
    /// Whether subject, names and text are certain to be what was written.
    pub characters: Characters,
    /// What was odd about it, each thing once.
    pub remarks: Vec<Remark>,
}

/// Something odd about a mail that a person who reads it should know. Pages have the words.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Remark {
    /// It could not be read as a mail; only its beginning is shown, as it came.
    Unreadable,
    /// A header is longer than is read; its end is not shown.
    HeaderTooLong,
    /// One header field is longer than is read; its end is not shown.
    FieldTooLong,
    /// Parts stand deeper inside others than is read; they are offered as they came.
    TooDeep,
    /// There are more parts than are listed; the rest is offered as one piece.
    TooManyParts,
    /// Something stands before the first part, where no mail program shows it.
    BeforeFirstPart,
    /// Something stands after the last part, where no mail program shows it.
    AfterLastPart,
    /// The last boundary never came: the mail may have been cut on its way.
    EndMissing,
    /// A part says in two ways what it is; programs differ in which they believe.
    Contradictory,
    /// A part is encrypted and cannot be read here.
    Encrypted,
    /// The plain text and the HTML say different things; both are shown.
    AlternativesDiffer,
    /// The text is longer than is shown.
    TextTooLong,
    /// Characters that turn the direction of writing were taken out.
    DirectionOverridden,
    /// A file name is longer than is shown.
    FileNameTooLong,
    /// More addresses are named than are read.
    TooManyAddresses,
    /// It can be read in two ways who it is from.
    SenderAmbiguous,
    /// What stands as its sender is no address.
    SenderNoAddress {
        /// What stands there.
        shown: String,
    },
    /// It names no sender.
    SenderMissing,
    /// No character set is declared.
    CharsetUndeclared {
        /// What it was read as.
        read: String,
    },
    /// Nobody knows the character set that is declared.
    CharsetUnknown {
        /// What it says.
        declared: String,
        /// What it was read as.
        read: String,
    },
    /// It is not in the character set that is declared.
    CharsetMistaken {
        /// What it says.
        declared: String,
        /// What it was read as.
        read: String,
    },
    /// A person chose the character set.
    CharsetChosen {
        /// What it is read as.
        read: String,
    },
    /// It was encoded twice on its way, and once was undone.
    EncodedTwice,
    /// Some bytes are none of the declared character set.
    CharsetDamaged {
        /// What it says.
        declared: String,
    },
}

impl Remark {
    /// Its short name, as in the keys of the words for it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::HeaderTooLong => "header-too-long",
            Self::FieldTooLong => "field-too-long",
            Self::TooDeep => "too-deep",
            Self::TooManyParts => "too-many-parts",
            Self::BeforeFirstPart => "before-first-part",
            Self::AfterLastPart => "after-last-part",
            Self::EndMissing => "end-missing",
            Self::Contradictory => "contradictory",
            Self::Encrypted => "encrypted",
            Self::AlternativesDiffer => "alternatives-differ",
            Self::TextTooLong => "text-too-long",
            Self::DirectionOverridden => "direction-overridden",
            Self::FileNameTooLong => "file-name-too-long",
            Self::TooManyAddresses => "too-many-addresses",
            Self::SenderAmbiguous => "sender-ambiguous",
            Self::SenderNoAddress { .. } => "sender-no-address",
            Self::SenderMissing => "sender-missing",
            Self::CharsetUndeclared { .. } => "charset-undeclared",
            Self::CharsetUnknown { .. } => "charset-unknown",
            Self::CharsetMistaken { .. } => "charset-mistaken",
            Self::CharsetChosen { .. } => "charset-chosen",
            Self::EncodedTwice => "encoded-twice",
            Self::CharsetDamaged { .. } => "charset-damaged",
        }
    }

    /// What the words for it are filled with, by name.
    pub fn values(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::SenderNoAddress { shown } => vec![("shown", shown)],
            Self::CharsetUndeclared { read } | Self::CharsetChosen { read } => vec![("read", read)],
            Self::CharsetUnknown { declared, read } | Self::CharsetMistaken { declared, read } => {
                vec![("declared", declared), ("read", read)]
            }
            Self::CharsetDamaged { declared } => vec![("declared", declared)],
            Self::Unreadable
            | Self::HeaderTooLong
            | Self::FieldTooLong
            | Self::TooDeep
            | Self::TooManyParts
            | Self::BeforeFirstPart
            | Self::AfterLastPart
            | Self::EndMissing
            | Self::Contradictory
            | Self::Encrypted
            | Self::AlternativesDiffer
            | Self::EncodedTwice
            | Self::TextTooLong
            | Self::DirectionOverridden
            | Self::FileNameTooLong
            | Self::TooManyAddresses
            | Self::SenderAmbiguous
            | Self::SenderMissing => Vec::new(),
        }
    }
}

impl Mail {
    /// The one sender address, when there is exactly one.
    pub fn sender(&self) -> Option<&Address> {
        match &self.from {
            Sender::Known(address) => Some(address),
            Sender::Ambiguous { .. } | Sender::Missing => None,
        }
    }
}
