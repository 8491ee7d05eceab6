//! Which letters and parts of letters a pack brings, and which facts each of them can name.

use super::topic::Topic;
use crate::domain::policy::Policy;

/// A text that a pack brings in each of its languages, in the file `letters/<stem>.<language>.txt`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Acknowledgement,
    AcknowledgementUnclear,
    Answer,
    IdentityQuestion,
    Note,
    ExtensionNotice,
    WithdrawalConfirmed,
    Reminder,
    Digest,
    Alarm,
    Greeting,
    GreetingUnnamed,
    Right,
    Provisional,
    OnBehalf,
    Evidence,
    Late,
    ItemGranted,
    ItemPartlyGranted,
    ItemRestricted,
    ItemRefused,
    ItemNothingHeld,
    ItemNotForUs,
    Exemption,
    Condition,
    Duty,
    Effective,
    MissingGround,
    IdentityNotProven,
    Remedy,
    Work,
    AlarmNotTaken,
    AlarmNotPlaced,
    AlarmSilent,
    Bilingual,
    ClockRuns,
    ClockWaits,
    TaskWork,
    News(Topic),
}

/// How a part's file is made up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `Subject: …`, a blank line, the body.
    Letter,
    /// A piece that letters are put together from.
    Snippet,
}

/// What is fixed about a part.
pub(super) struct Spec {
    /// The first part of its file's name.
    pub stem: &'static str,
    pub form: Form,
    /// The facts it may name.
    pub facts: &'static [&'static str],
    /// The facts without which it would fail its reader.
    pub must: &'static [&'static str],
}

impl Part {
    const OWN: &'static [Part] = &[
        Part::Acknowledgement,
        Part::AcknowledgementUnclear,
        Part::Answer,
        Part::IdentityQuestion,
        Part::Note,
        Part::ExtensionNotice,
        Part::WithdrawalConfirmed,
        Part::Reminder,
        Part::Digest,
        Part::Alarm,
        Part::Greeting,
        Part::GreetingUnnamed,
        Part::Right,
        Part::Provisional,
        Part::OnBehalf,
        Part::Evidence,
        Part::Late,
        Part::ItemGranted,
        Part::ItemPartlyGranted,
        Part::ItemRestricted,
        Part::ItemRefused,
        Part::ItemNothingHeld,
        Part::ItemNotForUs,
        Part::Exemption,
        Part::Condition,
        Part::Duty,
        Part::Effective,
        Part::MissingGround,
        Part::IdentityNotProven,
        Part::Remedy,
        Part::Work,
        Part::AlarmNotTaken,
        Part::AlarmNotPlaced,
        Part::AlarmSilent,
        Part::Bilingual,
        Part::ClockRuns,
        Part::ClockWaits,
        Part::TaskWork,
    ];

    /// All of them.
    pub fn all() -> impl Iterator<Item = Part> {
        let news = Topic::ALL.iter().map(|topic| Part::News(*topic));
        Self::OWN.iter().copied().chain(news)
    }

    /// Whether a pack with this policy has to bring it.
    pub fn is_needed(self, policy: &Policy) -> bool {
        match self {
            Part::ExtensionNotice => policy.extension.is_some(),
            Part::Bilingual => policy.languages.len() > 1,
            Part::ClockWaits | Part::News(Topic::PauseNotice | Topic::ResumptionNotice) => !policy.pauses.is_empty(),
            Part::ItemRestricted | Part::Duty => !policy.retention_duties.is_empty(),
            Part::Condition => policy.rights.iter().any(|right| !right.conditions.is_empty()),
            Part::Effective => policy.rights.iter().any(|right| right.effective_at_receipt),
            _ => true,
        }
    }

    /// Its file's name inside the pack.
    pub fn file(self, language: &str) -> String {
        format!("letters/{}.{language}.txt", self.spec().stem)
    }

    /// What is fixed about it.
    pub fn spec(self) -> Spec {
        match self {
            Part::Acknowledgement => letter(
                "acknowledgement",
                &[
                    "greeting",
                    "reference",
                    "rights",
                    "received_on",
                    "due_on",
                    "provisional",
                    "on_behalf",
                    "controller",
                    "contact",
                ],
                &["reference", "rights", "received_on", "due_on", "provisional"],
            ),
            Part::AcknowledgementUnclear => letter(
                "acknowledgement-unclear",
                &[
                    "greeting",
                    "reference",
                    "received_on",
                    "due_on",
                    "provisional",
                    "controller",
                    "contact",
                ],
                &["reference", "received_on", "due_on", "provisional"],
            ),
            Part::Answer => letter(
                "answer",
                &[
                    "greeting",
                    "reference",
                    "received_on",
                    "late",
                    "items",
                    "reply",
                    "remedies",
                    "controller",
                    "contact",
                ],
                &["reference", "received_on", "items", "reply", "remedies"],
            ),
            Part::IdentityQuestion => letter(
                "identity-question",
                &[
                    "greeting",
                    "reference",
                    "method",
                    "on_behalf",
                    "reply",
                    "due_on",
                    "controller",
                    "contact",
                ],
                &["reference", "method", "on_behalf", "reply"],
            ),
            Part::Note => letter(
                "note",
                &["greeting", "reference", "reply", "controller", "contact"],
                &["reference", "reply"],
            ),
            Part::ExtensionNotice => letter(
                "extension-notice",
                &[
                    "greeting",
                    "reference",
                    "received_on",
                    "due_on",
                    "new_due_on",
                    "reason",
                    "remedies",
                    "controller",
                    "contact",
                ],
                &["reference", "new_due_on", "reason"],
            ),
            Part::WithdrawalConfirmed => letter(
                "withdrawal-confirmed",
                &["greeting", "reference", "received_on", "controller", "contact"],
                &["reference"],
            ),
            Part::Reminder => letter("reminder", &["person", "references", "count", "work"], &["work"]),
            Part::Digest => letter(
                "digest",
                &[
                    "person",
                    "today",
                    "late",
                    "late_count",
                    "due",
                    "due_count",
                    "unread",
                    "unread_count",
                    "approval",
                    "approval_count",
                    "quarantine_count",
                ],
                &["late", "due", "unread", "approval"],
            ),
            Part::Alarm => letter("alarm", &["person", "count", "work", "link"], &["work", "link"]),
            Part::Greeting => snippet("greeting", &["name"], &["name"]),
            Part::GreetingUnnamed => snippet("greeting-unnamed", &[], &[]),
            Part::Right => snippet("right", &["right"], &["right"]),
            Part::Provisional => snippet("provisional", &["due_on"], &[]),
            Part::OnBehalf => snippet("on-behalf", &["on_behalf", "subject", "evidence"], &["evidence"]),
            Part::Evidence => snippet("evidence", &["evidence"], &["evidence"]),
            Part::Late => snippet("late", &["due_on"], &[]),
            Part::ItemGranted => snippet(
                "item-granted",
                &["number", "right", "ground", "given", "reason", "note"],
                &["right", "given", "note"],
            ),
            Part::ItemPartlyGranted => snippet(
                "item-partly-granted",
                &["number", "right", "ground", "given", "reason", "basis", "note"],
                &["right", "given", "reason", "basis", "note"],
            ),
            Part::ItemRestricted => snippet(
                "item-restricted",
                &["number", "right", "ground", "until", "given", "reason", "basis", "note"],
                &["right", "until", "given", "reason", "basis", "note"],
            ),
            Part::ItemRefused => snippet(
                "item-refused",
                &["number", "right", "given", "reason", "basis"],
                &["right", "given", "reason", "basis"],
            ),
            Part::ItemNothingHeld => snippet("item-nothing-held", &["number", "right", "given", "reason"], &["right"]),
            Part::ItemNotForUs => snippet(
                "item-not-for-us",
                &["number", "right", "given", "reason"],
                &["right", "reason"],
            ),
            Part::Exemption => snippet("exemption", &["exemption", "basis"], &["exemption", "basis"]),
            Part::Condition => snippet("condition", &["condition", "basis"], &["condition", "basis"]),
            Part::Duty => snippet("duty", &["duty", "basis"], &["duty", "basis"]),
            Part::Effective => snippet("effective", &["at"], &["at"]),
            Part::MissingGround => snippet("missing-ground", &["grounds"], &["grounds"]),
            Part::IdentityNotProven => snippet("identity-not-proven", &[], &[]),
            Part::Remedy => snippet("remedy", &["remedy", "basis"], &["remedy", "basis"]),
            Part::Work => snippet(
                "work",
                &["reference", "rule", "due_on", "standing", "link"],
                &["reference", "link"],
            ),
            Part::AlarmNotTaken => snippet("alarm-not-taken", &["place", "number", "since"], &["place", "number"]),
            Part::AlarmNotPlaced => snippet("alarm-not-placed", &["place", "number", "since"], &["place", "number"]),
            Part::AlarmSilent => snippet("alarm-silent", &["place", "since"], &["place", "since"]),
            Part::Bilingual => snippet("bilingual", &[], &[]),
            Part::ClockRuns => snippet("clock-runs", &["due_on"], &["due_on"]),
            Part::ClockWaits => snippet("clock-waits", &[], &[]),
            Part::TaskWork => snippet("task-work", &["right", "task"], &["right", "task"]),
            Part::News(topic) => topic.spec(),
        }
    }
}

pub(super) const fn letter(stem: &'static str, facts: &'static [&'static str], must: &'static [&'static str]) -> Spec {
    Spec {
        stem,
        form: Form::Letter,
        facts,
        must,
    }
}

const fn snippet(stem: &'static str, facts: &'static [&'static str], must: &'static [&'static str]) -> Spec {
    Spec {
        stem,
        form: Form::Snippet,
        facts,
        must,
    }
}
