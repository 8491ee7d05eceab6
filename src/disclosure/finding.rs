//! What an inspection says: findings, each with its kind, its place and what can be done about it.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::kind::FileKind;
use super::place::Place;

/// What was found in a file. The word of a kind is the key of its sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A Chinese resident identity number whose region, date and checksum (GB 11643) hold, of somebody else.
    OtherIdNumber,
    /// A mainland mobile number of somebody else.
    OtherMobile,
    /// Another telephone number of somebody else.
    OtherPhone,
    /// A bank card number (ISO/IEC 7812, Luhn) of somebody else.
    OtherBankCard,
    /// An IBAN (ISO 13616) of somebody else.
    OtherIban,
    /// An e-mail address of somebody else.
    OtherEmail,
    /// What looks like the number of a passport or travel permit of somebody else.
    OtherPassport,
    /// The name of another requester.
    OtherName,

    /// A number given by a government, which does not leave even to the person it belongs to.
    GovernmentNumber,
    /// A password, its hash, a key or a token.
    Secret,
    /// A security question's answer.
    SecurityAnswer,
    /// A biometric template or measure.
    Biometric,
    /// A full account or card number.
    AccountNumber,

    /// A sheet that is not shown.
    HiddenSheet,
    /// Rows that are not shown.
    HiddenRows,
    /// Columns that are not shown.
    HiddenColumns,
    /// Text that is there and not to be seen: marked as hidden, white, of no size, or shown as nothing.
    HiddenText,
    /// A comment or note of somebody who worked on the file.
    Comment,
    /// A name defined in a workbook; it may hold values or point to other files.
    DefinedName,
    /// The copy of its data that a pivot table keeps.
    PivotCache,
    /// The copy of another workbook's values, or a link to it.
    ExternalLink,
    /// A query or connection to a database, with the place and perhaps the account.
    Connection,
    /// Data of other programs inside an office file.
    CustomData,
    /// Author, company, titles, times, paths: what a program wrote about the file.
    Metadata,
    /// A file inside a file, which a reader may not notice.
    EmbeddedFile,
    /// A program inside a file: a macro, a script, an action.
    ActiveContent,
    /// Text that was deleted, inserted or moved while changes were tracked.
    TrackedChange,
    /// A field whose instruction is not shown.
    FieldCode,
    /// A slide that is not shown.
    HiddenSlide,
    /// What a speaker wrote below a slide.
    SpeakerNotes,
    /// A note, link or mark laid over a page.
    Annotation,
    /// A form field.
    FormField,
    /// A layer of a page that is switched off.
    HiddenLayer,
    /// Text that something painted over; the text is still there.
    CoveredText,
    /// Text outside of what a page shows.
    OutsideText,
    /// Earlier states of a file that its newest state was appended to.
    EarlierRevision,
    /// The place on Earth where a picture was taken.
    PicturePosition,
    /// What a camera or program wrote about a picture: serial numbers, owner, times.
    PictureMetadata,
    /// A small copy of a picture, which may show what was cut off the large one.
    Thumbnail,
    /// Bytes after the end of a file, or between its parts.
    StrayBytes,
    /// Who else got a mail.
    MailCopies,

    /// Locked by a password; nobody looked inside.
    Encrypted,
    /// Of a kind that is not known here.
    UnknownFormat,
    /// An office file of the kind before 2007, which can hide more than can be read here.
    LegacyOffice,
    /// A picture: what it shows was not read.
    PictureContent,
    /// Broken, or not what it says it is.
    Broken,
    /// More parts than the limit.
    TooMany,
    /// Larger than the limit when unpacked.
    TooLarge,
    /// Unpacks to far more than it is, as bombs do.
    TooDense,
    /// Nested deeper than the limit.
    TooDeep,
    /// Text whose characters could not be told, such as a font without a table of its characters.
    UnreadText,
}

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Data of somebody other than the requester.
    OtherPerson,
    /// A field that does not go out, whoever it belongs to.
    Forbidden,
    /// What a reader of the file would not see.
    Hidden,
    /// What could not be looked at.
    NotCheckable,
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Look at it.
    Low,
    /// Probably not meant to leave.
    Medium,
    /// Must not leave as it is.
    High,
}

/// What can be done about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// This value or part can be removed: `Removal::of(finding)`.
    Remove,
    /// Goes whenever the file is redacted, whatever is removed.
    Clean,
    /// Nothing here can mend it: leave the file out, or release it by name and with a reason.
    Decide,
}

/// The word of a kind as it is written in JSON.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

impl Severity {
    /// The word of the severity, as in the keys of its sentences.
    pub fn as_str(self) -> String {
        word(&self)
    }
}

impl Remedy {
    /// The word of the remedy, as in the keys of its sentences.
    pub fn as_str(self) -> String {
        word(&self)
    }
}

impl FindingKind {
    /// All kinds, in the order in which they are shown.
    pub const ALL: [Self; 51] = [
        Self::OtherIdNumber,
        Self::OtherMobile,
        Self::OtherPhone,
        Self::OtherBankCard,
        Self::OtherIban,
        Self::OtherEmail,
        Self::OtherPassport,
        Self::OtherName,
        Self::GovernmentNumber,
        Self::Secret,
        Self::SecurityAnswer,
        Self::Biometric,
        Self::AccountNumber,
        Self::HiddenSheet,
        Self::HiddenRows,
        Self::HiddenColumns,
        Self::HiddenText,
        Self::Comment,
        Self::DefinedName,
        Self::PivotCache,
        Self::ExternalLink,
        Self::Connection,
        Self::CustomData,
        Self::Metadata,
        Self::EmbeddedFile,
        Self::ActiveContent,
        Self::TrackedChange,
        Self::FieldCode,
        Self::HiddenSlide,
        Self::SpeakerNotes,
        Self::Annotation,
        Self::FormField,
        Self::HiddenLayer,
        Self::CoveredText,
        Self::OutsideText,
        Self::EarlierRevision,
        Self::PicturePosition,
        Self::PictureMetadata,
        Self::Thumbnail,
        Self::StrayBytes,
        Self::MailCopies,
        Self::Encrypted,
        Self::UnknownFormat,
        Self::LegacyOffice,
        Self::PictureContent,
        Self::Broken,
        Self::TooMany,
        Self::TooLarge,
        Self::TooDense,
        Self::TooDeep,
        Self::UnreadText,
    ];

    /// The word of the kind, as in the journal and in the keys of its sentences: `other_id_number`.
    pub fn as_str(self) -> String {
        word(&self)
    }

    /// The number that stands for it where its words cannot be written, from 1: its place among [`Self::ALL`].
    pub fn number(self) -> usize {
        Self::ALL.iter().take_while(|kind| **kind != self).count() + 1
    }

    /// What it is about.
    pub fn group(self) -> Group {
        match self {
            _ if self <= Self::OtherName => Group::OtherPerson,
            _ if self <= Self::AccountNumber => Group::Forbidden,
            _ if self <= Self::MailCopies => Group::Hidden,
            _ => Group::NotCheckable,
        }
    }

    /// How much it weighs where nothing more is known.
    pub fn severity(self) -> Severity {
        match self {
            Self::OtherPassport
            | Self::DefinedName
            | Self::Metadata
            | Self::FieldCode
            | Self::FormField
            | Self::Annotation
            | Self::PictureContent => Severity::Low,
            Self::OtherPhone
            | Self::OtherEmail
            | Self::HiddenRows
            | Self::HiddenColumns
            | Self::HiddenText
            | Self::ExternalLink
            | Self::CustomData
            | Self::PictureMetadata
            | Self::Thumbnail
            | Self::StrayBytes
            | Self::UnreadText
            | Self::OutsideText
            | Self::MailCopies => Severity::Medium,
            _ => Severity::High,
        }
    }
}

/// One thing found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// SHA-256 over the file's SHA-256, the kind and the place, in hex: stays the same while the bytes do, so that a
    /// decision about it holds for these bytes alone.
    pub id: String,
    /// What it is.
    pub kind: FindingKind,
    /// Where it is.
    pub place: Place,
    /// A glimpse with most of its characters masked; empty where there is nothing to show. Personal data all the same.
    pub excerpt: String,
    /// How much it weighs.
    pub severity: Severity,
    /// What can be done about it.
    pub remedy: Remedy,
}

impl Finding {
    pub(super) fn new(file: &str, kind: FindingKind, place: Place, excerpt: String, remedy: Remedy) -> Self {
        let mut digest = Sha256::new();
        digest.update(file);
        digest.update([0]);
        digest.update(kind.as_str());
        digest.update([0]);
        digest.update(serde_json::to_vec(&place).unwrap_or_default());
        Self {
            id: hex::encode(digest.finalize()),
            kind,
            place,
            excerpt,
            severity: kind.severity(),
            remedy,
        }
    }
}

/// What an inspection of one file came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The file's name as it was given; shown, never trusted.
    pub name: String,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
    /// What the bytes are, whatever the name says.
    pub file_kind: FileKind,
    /// What was found, by place; what could not be checked is among it.
    pub findings: Vec<Finding>,
    /// Whether there was more than is listed: beyond [`Report::MOST`] findings the rest is only known to exist.
    pub more: bool,
}

impl Report {
    /// At most so many findings are listed.
    pub const MOST: usize = 2000;

    /// Whether nothing was found, and everything could be checked.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    /// What could not be looked at.
    pub fn not_checkable(&self) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(|finding| finding.kind.group() == Group::NotCheckable)
    }

    /// The kinds found, each once, in the order in which they are shown.
    pub fn kinds(&self) -> std::collections::BTreeSet<FindingKind> {
        self.findings.iter().map(|finding| finding.kind).collect()
    }
}
