//! What the journal says of a request: each event, as it is written down.
//!
//! Personal values never stand here in clear: a [`TextRef`] names the sealed text and carries a salted commitment to it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::approval::Digest;
use super::assessment::{Finding, Scope};
use super::challenge::Purpose;
use super::clock::Applied;
pub use super::clock::Clock;
use super::condition::Check;
use super::correction::TakenFor;
use super::deadline::Deadline;
use super::document::{Destroyed, Shows};
use super::identifier::{IdentifierKind, LookedAgain};
use super::identity::{Change, ContactProof};
use super::item::Decision;
use super::person::{Actor, PersonId};
use super::policy::{DatumId, DutyId, ExemptionId, GroundId, MethodId, OnBehalfId, PauseId, ReminderId, RightId};
use super::release::Ended;
use super::review::ReviewOf;
use super::standing::Sight;
use super::task::{About, Cancelled, Reply};
use super::task_merger::TakenOver;
use super::text::{FileRef, TextRef};

/// An event with when it happened and who caused it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The instant of the step.
    pub at: DateTime<Utc>,
    /// Who caused it.
    pub by: By,
    /// What happened.
    pub event: Event,
}

/// Who caused an event, as the journal names them: the role a person had is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A person, by the number of their account.
    Person(PersonId),
    /// The intake.
    Mail,
    /// The sweeper.
    Clock,
    /// The delivery.
    Post,
    /// The owner of a system, by the number of their personal link.
    Owner(i64),
    /// Whoever proved that they read the mail of the request's address.
    Requester,
}

impl By {
    /// The person, when it was one.
    pub fn person(self) -> Option<PersonId> {
        match self {
            Self::Person(id) => Some(id),
            Self::Mail | Self::Clock | Self::Post | Self::Owner(_) | Self::Requester => None,
        }
    }

    /// Reads the journal's name: `person:7`, `owner:3`, `mail`, `clock`, `post`, `requester`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "mail" => Some(Self::Mail),
            "clock" => Some(Self::Clock),
            "post" => Some(Self::Post),
            "requester" => Some(Self::Requester),
            _ => match name.split_once(':')? {
                ("person", id) => Some(Self::Person(PersonId(id.parse().ok()?))),
                ("owner", link) => Some(Self::Owner(link.parse().ok()?)),
                _ => None,
            },
        }
    }
}

impl From<Actor> for By {
    fn from(actor: Actor) -> Self {
        match actor {
            Actor::Person { id, .. } => Self::Person(id),
            Actor::Mail => Self::Mail,
            Actor::Clock => Self::Clock,
            Actor::Post => Self::Post,
            Actor::Owner { link, .. } => Self::Owner(link),
            Actor::Requester => Self::Requester,
        }
    }
}

/// How a request reached the company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// The privacy contact's mailbox.
    Mail,
    /// The form of the public portal.
    Portal,
    /// By telephone, entered by hand.
    Phone,
    /// On paper, entered by hand.
    Letter,
    /// In person, entered by hand.
    Counter,
}

impl Channel {
    /// All channels, in the order they are offered.
    pub const ALL: [Self; 5] = [Self::Mail, Self::Portal, Self::Phone, Self::Letter, Self::Counter];

    /// The word used in tables, forms and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Portal => "portal",
            Self::Phone => "phone",
            Self::Letter => "letter",
            Self::Counter => "counter",
        }
    }
}

/// What sort of case it is. Each runs on the same term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CaseKind {
    /// Invokes rights.
    Request,
    /// Complains about the handling of personal data.
    Complaint,
    /// Asks about data protection.
    Question,
}

impl CaseKind {
    /// All kinds, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::Request, Self::Complaint, Self::Question];

    /// The word used in tables, forms and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Complaint => "complaint",
            Self::Question => "question",
        }
    }
}

/// A right invoked, with the message that did so and its own term.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewItem {
    /// The right.
    pub right: RightId,
    /// When the message that invokes it was received.
    pub received_at: DateTime<Utc>,
    /// The message; `None` when entered by hand.
    pub message: Option<i64>,
    /// The end of the term from that receipt.
    pub deadline: Deadline,
}

/// How a request began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// The reference, a name and never a credential.
    pub reference: String,
    /// The policy in force at receipt.
    pub policy: String,
    /// Its version; the request stays with it.
    pub policy_version: String,
    /// How it came.
    pub channel: Channel,
    /// The server's receipt instant, or the true one that a person entered.
    pub received_at: DateTime<Utc>,
    /// The message it was opened from.
    pub message: Option<i64>,
    /// The requester's language.
    pub language: String,
    /// What sort of case.
    pub kind: CaseKind,
    /// Whether a person must look before anything else.
    pub triage: Triage,
    /// For whom the requester acts.
    pub on_behalf: OnBehalfId,
    /// The rights recognised.
    pub items: Vec<NewItem>,
    /// The end of the term from the first receipt.
    pub deadline: Deadline,
    /// Exemptions that the text hints at; a hint never decides.
    pub hints: Vec<ExemptionId>,
    /// Name, address and subject, sealed.
    pub card: TextRef,
    /// The decision that it complains of; `None` where it is no internal review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_of: Option<ReviewOf>,
}

/// What a request is taken for, before a person says what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// What sort of case.
    pub kind: CaseKind,
    /// The requester's language.
    pub language: String,
    /// For whom the requester acts.
    pub on_behalf: OnBehalfId,
    /// Exemptions that the text hints at; a hint never decides.
    pub hints: Vec<ExemptionId>,
}

/// Whether a request waits for a person to say what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Triage {
    /// Recognition was sure.
    Clear,
    /// A person must look.
    Needed,
}

/// How an answer reached the requester.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    /// The next hop's mail server accepted it (Electronic Signature Law 11).
    Mail,
    /// Handed over, posted or told by a person.
    ByHand,
}

/// How a message came to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Belonging {
    /// By our unguessable token, from the requester's address.
    Proven,
    /// Only suggested; it changes nothing until a person confirms it.
    Held,
}

/// What moved a deadline that nobody asked to move.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// A working-day calendar.
    #[default]
    Calendar,
    /// A right with a limit of its own that was added or taken out.
    Items,
}

impl Cause {
    fn is_calendar(&self) -> bool {
        *self == Self::Calendar
    }
}

/// One thing that happened to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// It began.
    Opened(Box<Opening>),
    /// The acknowledgement was put into the outbox.
    AcknowledgementQueued {
        /// Its row in the outbox.
        letter: i64,
    },
    /// A person said what it is.
    Triaged {
        /// What sort of case.
        kind: CaseKind,
        /// For whom the requester acts.
        on_behalf: OnBehalfId,
        /// The requester's language.
        language: String,
    },
    /// A right was added.
    ItemAdded(NewItem),
    /// An item is not, or no longer, asked for.
    ItemDropped {
        /// Its number.
        item: u32,
        /// Why; `None` where it was not chosen when somebody said what the request is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<TextRef>,
    },
    /// Not a request; out of the way, and reversible.
    SetAside {
        /// Why.
        reason: TextRef,
    },
    /// It is one after all; the clock has run all the time.
    BroughtBack,
    /// Someone took it, or nobody has it any more.
    Assigned {
        /// Who works on it.
        to: Option<PersonId>,
    },
    /// The requester was asked to show who they are.
    IdentityAsked {
        /// How.
        method: MethodId,
        /// Which of the data held they are asked to name.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        data: Vec<DatumId>,
        /// Why this method; shown to the requester.
        reason: Option<TextRef>,
        /// The letter in the outbox, when it went by mail.
        letter: Option<i64>,
    },
    /// Who they are is shown.
    IdentityConfirmed {
        /// By which method.
        method: MethodId,
        /// Which of the data held agreed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        matched: Vec<DatumId>,
        /// What was compared, in words.
        note: TextRef,
    },
    /// They did not show who they are.
    IdentityNotProven {
        /// What is missing.
        reason: TextRef,
    },
    /// A person said for whom the requester acts; what was shown for another standing counts no more.
    ActsFor {
        /// For whom.
        on_behalf: OnBehalfId,
        /// Why.
        reason: TextRef,
    },
    /// A piece of evidence that the requester may ask for another was seen.
    EvidenceShown {
        /// For whom the requester acts.
        on_behalf: OnBehalfId,
        /// Its place in the policy's list, from 1.
        piece: u32,
        /// How it was seen.
        sight: Sight,
        /// What was seen.
        note: TextRef,
    },
    /// What was recorded of a piece of evidence does not hold.
    EvidenceRetracted {
        /// For whom the requester acts.
        on_behalf: OnBehalfId,
        /// Its place in the policy's list, from 1.
        piece: u32,
        /// Why.
        reason: TextRef,
    },
    /// The person whose data it is was told that another asks for them.
    SubjectTold {
        /// The letter in the outbox, when it went by mail.
        letter: Option<i64>,
        /// How they were told, and where.
        note: TextRef,
    },
    /// A document came through the portal, under a key of its own.
    DocumentReceived {
        /// The file.
        file: FileRef,
        /// What it is to show.
        shows: Shows,
    },
    /// Somebody looked at a document.
    DocumentViewed {
        /// The file.
        file: i64,
    },
    /// A document is destroyed, and its key with it.
    DocumentDestroyed {
        /// The file.
        file: FileRef,
        /// Why.
        why: Destroyed,
    },
    /// A code went to the address that answers go to.
    CodeSent {
        /// What it is for.
        purpose: Purpose,
        /// Its number.
        challenge: i64,
        /// The letter in the outbox.
        letter: i64,
    },
    /// The address that answers go to is known to be the requester's.
    ContactConfirmed {
        /// The card with the address.
        card: TextRef,
        /// By what.
        #[serde(flatten)]
        how: ContactProof,
        /// Where it is on file, and for whom.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<TextRef>,
    },
    /// Answers go to another address from now on. What was proven for the old one is void.
    ContactChanged {
        /// The card with the old address.
        from: TextRef,
        /// The card with the new one.
        card: TextRef,
        /// Whether there was one before.
        change: Change,
        /// Why, and who asked for it.
        reason: TextRef,
        /// The letters that tell both addresses.
        told: Vec<i64>,
    },
    /// The ground that entitles to an item.
    GroundChosen {
        /// The item.
        item: u32,
        /// The ground; `None` takes it back.
        ground: Option<GroundId>,
    },
    /// An exemption was looked at for an item.
    Assessed {
        /// The item.
        item: u32,
        /// What was found, and for which part of the item.
        #[serde(flatten)]
        finding: Finding,
    },
    /// A second person signed the assessment of a grave exemption.
    CoSigned {
        /// The item.
        item: u32,
        /// The exemption.
        exemption: ExemptionId,
        /// The part of the item.
        scope: Scope,
    },
    /// A condition on which the right is owed was looked at for an item.
    ConditionChecked {
        /// The item.
        item: u32,
        /// What was found.
        #[serde(flatten)]
        check: Check,
    },
    /// A duty to keep data was looked at for an item.
    RetentionFound {
        /// The item.
        item: u32,
        /// The duty.
        duty: DutyId,
        /// The part of the item.
        scope: Scope,
        /// The local date on which it ends; `None` when it does not run.
        until: Option<NaiveDate>,
        /// The facts.
        reason: TextRef,
    },
    /// An item was decided; an earlier approval is void.
    Decided {
        /// The item.
        item: u32,
        /// What.
        decision: Decision,
    },
    /// A system has something to do for an item; nobody is told yet.
    TaskOpened {
        /// What.
        about: About,
        /// Why, where a person opened it.
        reason: Option<TextRef>,
    },
    /// A task that was taken away is there again; nobody is told yet.
    TaskReopened {
        /// Its number.
        task: u32,
        /// Why, where a person opened it.
        reason: Option<TextRef>,
    },
    /// A task was handed to its owner.
    TaskSent {
        /// Its number.
        task: u32,
        /// The last day for it.
        due_on: NaiveDate,
        /// The letter in the outbox; `None` when the owner was told in another way.
        letter: Option<i64>,
        /// The officer's words to the owner.
        words: Option<TextRef>,
    },
    /// The owner of a system answered.
    TaskAnswered {
        /// Its number.
        task: u32,
        /// What.
        reply: Reply,
    },
    /// Somebody of the staff looked at a file that an owner handed over.
    TaskFileViewed {
        /// The task.
        task: u32,
        /// The file.
        file: i64,
    },
    /// An officer wrote down why a task counts as settled.
    TaskExplained {
        /// Its number.
        task: u32,
        /// Why.
        reason: TextRef,
    },
    /// An officer took a task out.
    TaskDropped {
        /// Its number.
        task: u32,
        /// Why.
        reason: TextRef,
    },
    /// A task lost what it served.
    TaskCancelled {
        /// Its number.
        task: u32,
        /// What took it away.
        why: Cancelled,
    },
    /// A stage of a task's schedule, or of what is in force, was reached; the notices are written in the same step.
    TaskReminded {
        /// The number of the task, or of the item that brought what is in force.
        number: u32,
        /// Which stage.
        stage: String,
        /// The date it speaks of.
        due_on: NaiveDate,
    },
    /// A granted right is in force until it is lifted.
    StateBegan {
        /// The item.
        item: u32,
        /// Its right.
        right: RightId,
        /// Since when.
        since: DateTime<Utc>,
        /// The day on which it is looked at again.
        recheck_on: NaiveDate,
    },
    /// Somebody looked whether what is in force still holds; it does.
    StateChecked {
        /// The item.
        item: u32,
        /// What was found.
        note: TextRef,
        /// The day on which it is looked at again.
        recheck_on: NaiveDate,
    },
    /// What was in force ended.
    StateLifted {
        /// The item.
        item: u32,
        /// Why.
        reason: TextRef,
    },
    /// A second person looked at what would leave.
    Looked {
        /// Its digest.
        of: Digest,
        /// The same as a text.
        shown: TextRef,
    },
    /// A second person agrees with what would leave.
    Approved {
        /// Its digest. Approvals from before there were digests have that of nothing, and hold for nothing.
        #[serde(default)]
        of: Digest,
    },
    /// A second person does not agree.
    SentBack {
        /// Why.
        reason: TextRef,
    },
    /// A file leaves with the next package.
    FileEnclosed {
        /// The file.
        file: FileRef,
        /// All that the disclosure gate said of it.
        report: TextRef,
        /// What was found in it, by id.
        findings: Vec<String>,
        /// It is in a common structured format.
        structured: bool,
    },
    /// A file does not leave.
    FileTakenOut {
        /// Its number among the enclosures.
        enclosure: u32,
        /// Why.
        reason: TextRef,
    },
    /// A person lets something stand that was found.
    FindingOverridden {
        /// The enclosure.
        enclosure: u32,
        /// The finding, by its id.
        finding: String,
        /// Why.
        reason: TextRef,
    },
    /// Something is known to be the requester's own, and is nobody else's where it is found in a file.
    IdentifierRecorded {
        /// What sort of thing.
        kind: IdentifierKind,
        /// The number, address or name.
        text: TextRef,
        /// How it is known to be theirs.
        source: TextRef,
        /// The enclosed files, looked through again.
        looks: Vec<LookedAgain>,
    },
    /// It is not, or not known to be.
    IdentifierRetracted {
        /// Its number.
        number: u32,
        /// Why.
        reason: TextRef,
        /// The enclosed files, looked through again.
        looks: Vec<LookedAgain>,
    },
    /// What leaves is of high risk, so that a second person is due.
    HighRiskMarked {
        /// Why.
        reason: TextRef,
    },
    /// A second person let the contents go, as they stand.
    ReleaseApproved,
    /// The package can be fetched from now on.
    Released {
        /// The archive, under a key of its own.
        file: FileRef,
        /// The letter with the link, when it went by mail.
        letter: Option<i64>,
        /// Until when, exclusive.
        expires_at: DateTime<Utc>,
        /// How often.
        downloads: u32,
    },
    /// Whoever held the link and a fresh code took the package.
    PackageFetched {
        /// Its number.
        package: u32,
    },
    /// The package cannot be fetched any more; its key was destroyed.
    PackageEnded {
        /// Its number.
        package: u32,
        /// Why.
        why: Ended,
        /// The officer's words, when one took it back.
        reason: Option<TextRef>,
    },
    /// The answer was written by hand before it leaves; an earlier approval is void.
    LetterDrafted {
        /// The letter that leaves.
        letter: TextRef,
        /// What had been put together from the decisions.
        generated: TextRef,
        /// The officer's own words in that.
        words: Option<TextRef>,
    },
    /// The changes by hand were taken back: the answer reads as it is put together.
    DraftDropped,
    /// The answer is on its way.
    AnswerQueued {
        /// Its row in the outbox.
        letter: i64,
        /// The text, as approved.
        text: TextRef,
    },
    /// The requester has the answer; the clock stops at `at`.
    Answered {
        /// When the next hop accepted it, or when it was handed over.
        answered_at: DateTime<Utc>,
        /// How.
        delivery: Delivery,
        /// What was handed over by hand.
        text: Option<TextRef>,
    },
    /// The answer could not be delivered; the clock runs on.
    AnswerNotDelivered {
        /// The row in the outbox.
        letter: i64,
    },
    /// All is done.
    Closed,
    /// Closed or answered, and taken up again.
    Reopened {
        /// Why.
        reason: TextRef,
    },
    /// The requester took it back.
    Withdrawn {
        /// What they said, and where.
        reason: TextRef,
    },
    /// The requester complains of the decision: a review of it began as a request of its own, with its own term.
    ReviewOpened {
        /// The review's number.
        request: i64,
        /// The review's reference.
        reference: String,
    },
    /// It is the same matter as another request, which goes on.
    MergedInto {
        /// The other's number.
        request: i64,
        /// The other's reference.
        reference: String,
    },
    /// Another request was merged into this one; the earlier clock governs.
    MergeTaken {
        /// The other's number.
        request: i64,
        /// The other's reference.
        reference: String,
        /// The other's receipt; the earlier of both governs the clock.
        received_at: DateTime<Utc>,
        /// The deadline that governs now, the earlier of both.
        deadline: Deadline,
        /// The other's clock where it is the one that governs now; `None` where this request's own goes on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        clock: Option<Clock>,
        /// The other's items that this one did not have, with their own receipt.
        items: Vec<NewItem>,
        /// The other's tasks, which go on here.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tasks: Vec<TakenOver>,
    },
    /// The term was extended, as the policy allows.
    Extended {
        /// Why; the requester is told.
        reason: TextRef,
        /// The deadline before.
        from: Deadline,
        /// The deadline now.
        to: Deadline,
        /// Each item's own deadline now where it moved, by number.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        items: Vec<(u32, Deadline)>,
        /// The letter that says so, when it went by mail.
        letter: Option<i64>,
    },
    /// The term waits for something, as the policy allows.
    Paused {
        /// For what.
        pause: PauseId,
        /// Since when.
        since: DateTime<Utc>,
        /// Why; the requester is told.
        reason: TextRef,
        /// The letter that says so, when it went by mail.
        letter: Option<i64>,
    },
    /// What the term waited for came, or is waited for no longer.
    Resumed {
        /// What.
        pause: PauseId,
        /// When it came.
        until: DateTime<Utc>,
        /// The deadline before.
        from: Deadline,
        /// The deadline now.
        to: Deadline,
        /// Each item's own deadline now where it moved, by number.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        items: Vec<(u32, Deadline)>,
        /// What came, and how.
        note: TextRef,
        /// The letter that tells the new date, when it went by mail.
        letter: Option<i64>,
    },
    /// Another policy applies besides the request's own; work goes to the earlier deadline.
    PolicyApplied {
        /// Which, with its deadline.
        applied: Applied,
        /// The deadline before.
        from: Deadline,
        /// The deadline now.
        to: Deadline,
        /// Why it applies.
        reason: TextRef,
    },
    /// The house set itself another day to have answered by, or took it back.
    TargetSet {
        /// The day, in the policy's zone; `None` for what the policy says.
        on: Option<NaiveDate>,
    },
    /// A person proposes another deadline than the counted one.
    DeadlineProposed {
        /// The deadline proposed.
        to: Deadline,
        /// Why.
        reason: TextRef,
    },
    /// A second person confirmed the deadline that was proposed.
    DeadlineSet {
        /// Before.
        from: Deadline,
        /// Now.
        to: Deadline,
    },
    /// The proposal is off.
    DeadlineDeclined {
        /// Why.
        reason: TextRef,
    },
    /// The receipt was confirmed to the requester otherwise than by the automatic letter.
    ReceiptConfirmed {
        /// When.
        confirmed_at: DateTime<Utc>,
        /// How, and what was said.
        note: TextRef,
    },
    /// The deadline is counted anew: another calendar, and a person confirmed it; or a right with a limit of its own came or
    /// went.
    DeadlineMoved {
        /// Before.
        from: Deadline,
        /// Now.
        to: Deadline,
        /// Each item's own deadline now, by number.
        items: Vec<(u32, Deadline)>,
        /// What moved it.
        #[serde(default, skip_serializing_if = "Cause::is_calendar")]
        cause: Cause,
    },
    /// An officer has read a message that joined by itself.
    MessageRead {
        /// The message.
        message: i64,
    },
    /// The second factor of whoever takes the step was checked for it.
    SecondFactorChecked {
        /// When: at the step itself, or shortly before where documents are looked at.
        checked_at: DateTime<Utc>,
    },
    /// A person let a letter go that waited for one, or sent one again.
    LetterReleased {
        /// Its row in the outbox.
        letter: i64,
    },
    /// A message came in.
    MessageJoined {
        /// The message.
        message: i64,
        /// When it was received.
        received_at: DateTime<Utc>,
        /// How sure it is.
        belonging: Belonging,
    },
    /// A person says that a held message belongs here.
    MessageConfirmed {
        /// The message.
        message: i64,
    },
    /// A person says that a held message does not belong here.
    MessageReleased {
        /// The message.
        message: i64,
    },
    /// What an officer said of a message is not what recognition had proposed, or no longer what was written here before.
    Corrected {
        /// The message.
        message: i64,
        /// What recognition proposed.
        proposed: TakenFor,
        /// What the officer said; equal to the proposal when an earlier correction is taken back.
        said: TakenFor,
    },
    /// A person chose how the characters of a message are read. Its bytes are the same.
    MessageReread {
        /// The message.
        message: i64,
        /// The name of the character set; `None` when it is read as it says itself.
        charset: Option<String>,
        /// Name, address and subject as they read now, sealed, when the request began with this message.
        card: Option<TextRef>,
        /// What the request is taken for now, when it began with this message and waits for triage.
        proposal: Option<Proposal>,
    },
    /// A remark for colleagues.
    Noted {
        /// What.
        text: TextRef,
    },
    /// A stage of the reminder schedule was reached; the notices are written in the same step.
    Reminded {
        /// Which line of the schedule.
        rule: ReminderId,
        /// The due date it speaks of.
        due_on: NaiveDate,
    },
}

impl Event {
    /// The name of [`Event::Corrected`].
    pub const CORRECTED: &'static str = "corrected";

    /// The name under which the journal lists it, the same as in its written form.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Opened(_) => "opened",
            Self::AcknowledgementQueued { .. } => "acknowledgement-queued",
            Self::Triaged { .. } => "triaged",
            Self::ItemAdded(_) => "item-added",
            Self::ItemDropped { .. } => "item-dropped",
            Self::SetAside { .. } => "set-aside",
            Self::BroughtBack => "brought-back",
            Self::Assigned { .. } => "assigned",
            Self::IdentityAsked { .. } => "identity-asked",
            Self::IdentityConfirmed { .. } => "identity-confirmed",
            Self::IdentityNotProven { .. } => "identity-not-proven",
            Self::ActsFor { .. } => "acts-for",
            Self::EvidenceShown { .. } => "evidence-shown",
            Self::EvidenceRetracted { .. } => "evidence-retracted",
            Self::SubjectTold { .. } => "subject-told",
            Self::DocumentReceived { .. } => "document-received",
            Self::DocumentViewed { .. } => "document-viewed",
            Self::DocumentDestroyed { .. } => "document-destroyed",
            Self::CodeSent { .. } => "code-sent",
            Self::ContactConfirmed { .. } => "contact-confirmed",
            Self::ContactChanged { .. } => "contact-changed",
            Self::GroundChosen { .. } => "ground-chosen",
            Self::Assessed { .. } => "assessed",
            Self::CoSigned { .. } => "co-signed",
            Self::ConditionChecked { .. } => "condition-checked",
            Self::RetentionFound { .. } => "retention-found",
            Self::Decided { .. } => "decided",
            Self::TaskOpened { .. } => "task-opened",
            Self::TaskReopened { .. } => "task-reopened",
            Self::TaskSent { .. } => "task-sent",
            Self::TaskAnswered { .. } => "task-answered",
            Self::TaskFileViewed { .. } => "task-file-viewed",
            Self::TaskExplained { .. } => "task-explained",
            Self::TaskDropped { .. } => "task-dropped",
            Self::TaskCancelled { .. } => "task-cancelled",
            Self::TaskReminded { .. } => "task-reminded",
            Self::StateBegan { .. } => "state-began",
            Self::StateChecked { .. } => "state-checked",
            Self::StateLifted { .. } => "state-lifted",
            Self::Looked { .. } => "looked",
            Self::Approved { .. } => "approved",
            Self::SentBack { .. } => "sent-back",
            Self::FileEnclosed { .. } => "file-enclosed",
            Self::FileTakenOut { .. } => "file-taken-out",
            Self::FindingOverridden { .. } => "finding-overridden",
            Self::IdentifierRecorded { .. } => "identifier-recorded",
            Self::IdentifierRetracted { .. } => "identifier-retracted",
            Self::HighRiskMarked { .. } => "high-risk-marked",
            Self::ReleaseApproved => "release-approved",
            Self::Released { .. } => "released",
            Self::PackageFetched { .. } => "package-fetched",
            Self::PackageEnded { .. } => "package-ended",
            Self::LetterDrafted { .. } => "letter-drafted",
            Self::DraftDropped => "draft-dropped",
            Self::AnswerQueued { .. } => "answer-queued",
            Self::Answered { .. } => "answered",
            Self::AnswerNotDelivered { .. } => "answer-not-delivered",
            Self::Closed => "closed",
            Self::Reopened { .. } => "reopened",
            Self::Withdrawn { .. } => "withdrawn",
            Self::ReviewOpened { .. } => "review-opened",
            Self::MergedInto { .. } => "merged-into",
            Self::MergeTaken { .. } => "merge-taken",
            Self::Extended { .. } => "extended",
            Self::Paused { .. } => "paused",
            Self::Resumed { .. } => "resumed",
            Self::PolicyApplied { .. } => "policy-applied",
            Self::TargetSet { .. } => "target-set",
            Self::DeadlineProposed { .. } => "deadline-proposed",
            Self::DeadlineSet { .. } => "deadline-set",
            Self::DeadlineDeclined { .. } => "deadline-declined",
            Self::ReceiptConfirmed { .. } => "receipt-confirmed",
            Self::DeadlineMoved { .. } => "deadline-moved",
            Self::MessageJoined { .. } => "message-joined",
            Self::MessageRead { .. } => "message-read",
            Self::LetterReleased { .. } => "letter-released",
            Self::SecondFactorChecked { .. } => "second-factor-checked",
            Self::MessageConfirmed { .. } => "message-confirmed",
            Self::MessageReleased { .. } => "message-released",
            Self::Corrected { .. } => Self::CORRECTED,
            Self::MessageReread { .. } => "message-reread",
            Self::Noted { .. } => "noted",
            Self::Reminded { .. } => "reminded",
        }
    }
}
