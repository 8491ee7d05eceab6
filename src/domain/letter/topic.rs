//! Which short letters there are, and which facts each of them can name. A text cannot say what is not listed here: the
//! mail with a code, for one, has no place for a name or a reference.

use super::catalogue::{Spec, letter};

/// What a short letter is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Topic {
    ChallengeCode,
    AddressConfirmation,
    AddressChangedOld,
    AddressChangedNew,
    Clarification,
    PauseNotice,
    ResumptionNotice,
    DocumentDestroyed,
    SubjectInformed,
    PackageReady,
    PackageWithdrawn,
    Closure,
    ComplaintReceived,
    RecipientNotice,
    Task,
    TaskReminder,
    TaskOver,
    TaskEscalation,
}

impl Topic {
    /// All of them, in the order a request meets them.
    pub const ALL: &'static [Topic] = &[
        Topic::ChallengeCode,
        Topic::AddressConfirmation,
        Topic::AddressChangedOld,
        Topic::AddressChangedNew,
        Topic::Clarification,
        Topic::PauseNotice,
        Topic::ResumptionNotice,
        Topic::DocumentDestroyed,
        Topic::SubjectInformed,
        Topic::PackageReady,
        Topic::PackageWithdrawn,
        Topic::Closure,
        Topic::ComplaintReceived,
        Topic::RecipientNotice,
        Topic::Task,
        Topic::TaskReminder,
        Topic::TaskOver,
        Topic::TaskEscalation,
    ];

    /// What is fixed about its text.
    pub fn spec(self) -> Spec {
        match self {
            Topic::ChallengeCode => letter(
                "challenge-code",
                &["code", "minutes", "controller", "contact"],
                &["code", "minutes"],
            ),
            Topic::AddressConfirmation => letter(
                "address-confirmation",
                &["link", "code", "minutes", "controller", "contact"],
                &["link", "code", "minutes"],
            ),
            Topic::AddressChangedOld => letter("address-changed-old", ADDRESS, ADDRESS_MUST),
            Topic::AddressChangedNew => letter("address-changed-new", ADDRESS, ADDRESS_MUST),
            Topic::Clarification => letter(
                "clarification",
                &["greeting", "reference", "question", "clock", "controller", "contact"],
                &["reference", "question", "clock"],
            ),
            Topic::PauseNotice => letter(
                "pause-notice",
                &["greeting", "reference", "reason", "since", "controller", "contact"],
                &["reference", "reason", "since"],
            ),
            Topic::ResumptionNotice => letter(
                "resumption-notice",
                &["greeting", "reference", "due_on", "controller", "contact"],
                &["reference", "due_on"],
            ),
            Topic::DocumentDestroyed => letter(
                "document-destroyed",
                &["greeting", "reference", "destroyed_on", "controller", "contact"],
                &["reference", "destroyed_on"],
            ),
            Topic::SubjectInformed => letter(
                "subject-informed",
                &[
                    "greeting",
                    "reference",
                    "asked_by",
                    "on_behalf",
                    "rights",
                    "controller",
                    "contact",
                ],
                &["reference", "on_behalf", "rights"],
            ),
            Topic::PackageReady => letter(
                "package-ready",
                &[
                    "greeting",
                    "reference",
                    "link",
                    "until",
                    "downloads",
                    "controller",
                    "contact",
                ],
                &["reference", "link", "until", "downloads"],
            ),
            Topic::PackageWithdrawn => letter(
                "package-withdrawn",
                &["greeting", "reference", "reason", "controller", "contact"],
                &["reference", "reason"],
            ),
            Topic::Closure => letter(
                "closure",
                &[
                    "greeting",
                    "reference",
                    "closed_on",
                    "kept_until",
                    "reply",
                    "controller",
                    "contact",
                ],
                &["reference", "closed_on", "kept_until"],
            ),
            Topic::ComplaintReceived => letter(
                "complaint-received",
                &[
                    "greeting",
                    "reference",
                    "about",
                    "due_on",
                    "remedies",
                    "controller",
                    "contact",
                ],
                &["reference", "about", "due_on", "remedies"],
            ),
            Topic::RecipientNotice => letter(
                "recipient-notice",
                &[
                    "recipient",
                    "reference",
                    "work",
                    "details",
                    "link",
                    "controller",
                    "contact",
                ],
                &["reference", "work", "details"],
            ),
            Topic::Task => letter("task", TASK, TASK_MUST),
            Topic::TaskReminder => letter("task-reminder", TASK, TASK_MUST),
            Topic::TaskOver => letter(
                "task-over",
                &["person", "reference", "system", "rights", "controller", "contact"],
                &["reference", "system", "rights"],
            ),
            Topic::TaskEscalation => letter(
                "task-escalation",
                &[
                    "person",
                    "owner",
                    "reference",
                    "system",
                    "work",
                    "due_on",
                    "standing",
                    "link",
                ],
                &["owner", "reference", "system", "due_on", "link"],
            ),
        }
    }
}

const ADDRESS: &[&str] = &["greeting", "reference", "address", "hours", "controller", "contact"];
const ADDRESS_MUST: &[&str] = &["reference", "address"];
const TASK: &[&str] = &[
    "person",
    "reference",
    "system",
    "work",
    "due_on",
    "standing",
    "link",
    "controller",
    "contact",
];
const TASK_MUST: &[&str] = &["reference", "system", "work", "due_on", "link"];
