//! Which moves a request allows, to whom, and the sentence that says why not.
//!
//! `decide` asks the same question before it looks at a command's details, so that a page offers exactly what the core accepts.

mod clock;
mod refusal;

use serde::{Deserialize, Serialize};

use super::condition;
use super::decide::release;
use super::event::CaseKind;
use super::identity::{identified, may_be_told_by_hand, may_be_told_by_mail};
use super::item::Item;
use super::person::{Actor, PersonId, Role};
use super::policy::{Policy, Right};
use super::request::{Approval, Identity, Request, Stage};
use super::review;
use super::standing::may_stand_for;
use super::task::Task;
pub use refusal::Refusal;

/// A kind of step that a person may take with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Move {
    /// Say what it is.
    Triage,
    /// Add a right that was invoked.
    AddItem,
    /// Take out an item that is not asked for.
    DropItem,
    /// Give it to someone.
    Assign,
    /// Ask the requester to show who they are.
    AskIdentity,
    /// Record that they did.
    ConfirmIdentity,
    /// Record that they did not.
    DoubtIdentity,
    /// Say for whom the requester acts.
    ActFor,
    /// Record a piece of evidence that they may.
    RecordEvidence,
    /// Record that the person whose data it is was told.
    TellSubject,
    /// Look at a document.
    ViewDocument,
    /// Send a code to the address, so that the requester can show that it is theirs.
    SendCode,
    /// Record that this address is the requester's.
    ConfirmContact,
    /// Send answers to another address.
    ChangeContact,
    /// Choose the ground of an item.
    ChooseGround,
    /// Assess an exemption for an item.
    Assess,
    /// Sign the assessment of a grave exemption as second person.
    CoSign,
    /// Record whether a condition of a right is met.
    CheckCondition,
    /// Record whether a duty to keep data runs.
    Retain,
    /// Add what the right of an item makes possible.
    FollowUp,
    /// Decide an item.
    Decide,
    /// Add a task for a system.
    AddTask,
    /// Take a task out.
    DropTask,
    /// Hand a task to its owner.
    SendTask,
    /// Answer a task.
    AnswerTask,
    /// Write down why a task counts as settled.
    ExplainTask,
    /// Open a task again after a system came back from a backup.
    RepeatTask,
    /// Record that what is in force was looked at.
    CheckState,
    /// End what is in force.
    LiftState,
    /// Look at what would leave, as second person.
    Look,
    /// Approve what would leave, as second person.
    Approve,
    /// Send the decisions back.
    SendBack,
    /// Write the answer by hand before it leaves.
    DraftLetter,
    /// Take back what was written by hand.
    DropDraft,
    /// Send the answer by mail.
    Answer,
    /// Record an answer that was handed over, posted or told.
    AnswerByHand,
    /// Add a file to what is handed over.
    Enclose,
    /// Take a file out of it.
    TakeOut,
    /// Let something stand that was found in a file.
    OverrideFinding,
    /// Record that a number, address or name is the requester's own.
    RecordIdentifier,
    /// Say that what leaves is of high risk.
    MarkHighRisk,
    /// Let the files go as second person.
    ApproveRelease,
    /// Hand the files over.
    Release,
    /// Take a package back.
    RevokePackage,
    /// Extend the term.
    Extend,
    /// Let the term wait for something.
    Pause,
    /// Record that it came.
    Resume,
    /// Apply another policy besides.
    ApplyPolicy,
    /// Set a day of the house's own to have answered by.
    SetTarget,
    /// Propose another deadline than the counted one.
    ProposeDeadline,
    /// Confirm a proposed deadline as second person.
    ConfirmDeadline,
    /// Take a proposed deadline off.
    DeclineDeadline,
    /// Record that the receipt was confirmed by hand.
    ConfirmReceipt,
    /// Close it.
    Close,
    /// Take it up again.
    Reopen,
    /// Set it aside as no request.
    SetAside,
    /// Bring it back.
    BringBack,
    /// Record that the requester took it back.
    Withdraw,
    /// Merge it into another request.
    Merge,
    /// Confirm that a held message belongs here.
    ConfirmMessage,
    /// Say that a held message does not belong here.
    ReleaseMessage,
    /// Say that a message which joined by itself has been read.
    ReadMessage,
    /// Let a letter go that waits for a person, or send one again that failed.
    SendLetter,
    /// Choose how the characters of a message are read.
    Reread,
    /// Write a remark for colleagues.
    Note,
}

impl Move {
    /// All moves, in the order of a request's life.
    pub const ALL: &'static [Self] = &[
        Self::Triage,
        Self::ConfirmMessage,
        Self::ReleaseMessage,
        Self::ReadMessage,
        Self::SendLetter,
        Self::AddItem,
        Self::DropItem,
        Self::Assign,
        Self::AskIdentity,
        Self::ConfirmIdentity,
        Self::DoubtIdentity,
        Self::ActFor,
        Self::RecordEvidence,
        Self::TellSubject,
        Self::ViewDocument,
        Self::SendCode,
        Self::ConfirmContact,
        Self::ChangeContact,
        Self::ChooseGround,
        Self::Assess,
        Self::CoSign,
        Self::CheckCondition,
        Self::Retain,
        Self::FollowUp,
        Self::Decide,
        Self::AddTask,
        Self::DropTask,
        Self::SendTask,
        Self::AnswerTask,
        Self::ExplainTask,
        Self::RepeatTask,
        Self::CheckState,
        Self::LiftState,
        Self::Look,
        Self::Approve,
        Self::SendBack,
        Self::DraftLetter,
        Self::DropDraft,
        Self::Answer,
        Self::AnswerByHand,
        Self::Enclose,
        Self::TakeOut,
        Self::OverrideFinding,
        Self::RecordIdentifier,
        Self::MarkHighRisk,
        Self::ApproveRelease,
        Self::Release,
        Self::RevokePackage,
        Self::Extend,
        Self::Pause,
        Self::Resume,
        Self::ApplyPolicy,
        Self::SetTarget,
        Self::ProposeDeadline,
        Self::ConfirmDeadline,
        Self::DeclineDeadline,
        Self::ConfirmReceipt,
        Self::Close,
        Self::Reopen,
        Self::SetAside,
        Self::BringBack,
        Self::Withdraw,
        Self::Merge,
        Self::Reread,
        Self::Note,
    ];

    /// The word used in forms and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Triage => "triage",
            Self::AddItem => "add-item",
            Self::DropItem => "drop-item",
            Self::Assign => "assign",
            Self::AskIdentity => "ask-identity",
            Self::ConfirmIdentity => "confirm-identity",
            Self::DoubtIdentity => "doubt-identity",
            Self::ActFor => "act-for",
            Self::RecordEvidence => "record-evidence",
            Self::TellSubject => "tell-subject",
            Self::ViewDocument => "view-document",
            Self::SendCode => "send-code",
            Self::ConfirmContact => "confirm-contact",
            Self::ChangeContact => "change-contact",
            Self::ChooseGround => "choose-ground",
            Self::Assess => "assess",
            Self::CoSign => "co-sign",
            Self::CheckCondition => "check-condition",
            Self::Retain => "retain",
            Self::FollowUp => "follow-up",
            Self::Decide => "decide",
            Self::AddTask => "add-task",
            Self::DropTask => "drop-task",
            Self::SendTask => "send-task",
            Self::AnswerTask => "answer-task",
            Self::ExplainTask => "explain-task",
            Self::RepeatTask => "repeat-task",
            Self::CheckState => "check-state",
            Self::LiftState => "lift-state",
            Self::Look => "look",
            Self::Approve => "approve",
            Self::SendBack => "send-back",
            Self::DraftLetter => "draft-letter",
            Self::DropDraft => "drop-draft",
            Self::Answer => "answer",
            Self::AnswerByHand => "answer-by-hand",
            Self::Enclose => "enclose",
            Self::TakeOut => "take-out",
            Self::OverrideFinding => "override-finding",
            Self::RecordIdentifier => "record-identifier",
            Self::MarkHighRisk => "mark-high-risk",
            Self::ApproveRelease => "approve-release",
            Self::Release => "release",
            Self::RevokePackage => "revoke-package",
            Self::Extend => "extend",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::ApplyPolicy => "apply-policy",
            Self::SetTarget => "set-target",
            Self::ProposeDeadline => "propose-deadline",
            Self::ConfirmDeadline => "confirm-deadline",
            Self::DeclineDeadline => "decline-deadline",
            Self::ConfirmReceipt => "confirm-receipt",
            Self::Close => "close",
            Self::Reopen => "reopen",
            Self::SetAside => "set-aside",
            Self::BringBack => "bring-back",
            Self::Withdraw => "withdraw",
            Self::Merge => "merge",
            Self::ConfirmMessage => "confirm-message",
            Self::ReleaseMessage => "release-message",
            Self::ReadMessage => "read-message",
            Self::SendLetter => "send-letter",
            Self::Reread => "reread",
            Self::Note => "note",
        }
    }
}

/// Whether a role may take a kind of step at all. An admin of a small office is also an officer.
pub fn permits(role: Role, step: Move) -> bool {
    match role {
        Role::Officer | Role::Admin => true,
        Role::Reviewer => matches!(
            step,
            Move::CoSign
                | Move::Look
                | Move::Approve
                | Move::SendBack
                | Move::ApproveRelease
                | Move::RevokePackage
                | Move::ConfirmDeadline
                | Move::DeclineDeadline
                | Move::Note
        ),
        Role::SystemOwner => matches!(step, Move::AnswerTask),
        Role::Auditor => false,
    }
}

/// Whether a step is open to someone now, before its details are known.
///
/// # Errors
/// The refusal that an officer reads.
pub fn may(request: &Request, step: Move, actor: Actor, policy: &Policy) -> Result<(), Refusal> {
    let Actor::Person { id, role } = actor else {
        // A proven message that plainly asks for more adds an item by itself, so that its clock runs at once.
        return match (actor, step) {
            (Actor::Mail, Move::AddItem) => open(request),
            // Who proved in the portal that the address is theirs takes back what they asked.
            (Actor::Requester, Move::Withdraw) => not_sending(request),
            (Actor::Owner { .. }, Move::AnswerTask) => answering_tasks(request),
            (Actor::Requester, Move::SendCode) => sendable(request),
            (Actor::Requester, Move::ConfirmContact) => confirmable(request),
            _ => Err(Refusal::NotYourRole),
        };
    };
    if !permits(role, step) {
        return Err(Refusal::NotYourRole);
    }
    let of_its_mail = matches!(step, Move::Note | Move::ReadMessage | Move::Reread | Move::SendLetter);
    if matches!(request.stage, Stage::Merged { .. }) && !of_its_mail {
        return Err(Refusal::Merged);
    }
    review::open_to(request, id, step)?;
    match step {
        Move::Note | Move::Reread => Ok(()),
        Move::Assign => running(request),
        Move::Triage => match request.stage {
            Stage::Triage => Ok(()),
            _ => running(request).and(Err(Refusal::AlreadyTriaged)),
        },
        Move::AddItem | Move::AskIdentity => open(request),
        Move::DropItem => open(request).and_then(|()| has_items(request)),
        Move::ConfirmIdentity => open(request).and(match request.identity {
            Identity::Confirmed { .. } => Err(Refusal::AlreadyIdentified),
            Identity::Open | Identity::Asked { .. } | Identity::NotProven { .. } => Ok(()),
        }),
        Move::DoubtIdentity => open(request).and(match request.identity {
            Identity::NotProven { .. } => Err(Refusal::NothingChanges),
            Identity::Open | Identity::Asked { .. } | Identity::Confirmed { .. } => Ok(()),
        }),
        Move::ActFor => open(request),
        Move::RecordEvidence => open(request).and_then(|()| acts_for_another(request, policy)),
        Move::TellSubject => open(request).and_then(|()| subject_to_tell(request, policy)),
        Move::ViewDocument if request.documents.is_empty() => Err(Refusal::NoDocument),
        Move::ViewDocument => Ok(()),
        Move::SendCode | Move::ConfirmContact => confirmable(request),
        Move::ChangeContact => open(request),
        Move::ChooseGround => open(request).and_then(|()| needs_a_ground(request, policy)),
        Move::Assess | Move::Decide => open(request).and_then(|()| has_items(request)),
        Move::AddTask => with_tasks(request).and_then(|()| has_items(request)),
        Move::DropTask | Move::ExplainTask | Move::SendTask if request.unsettled_tasks().next().is_none() => {
            Err(Refusal::NoTasks)
        }
        Move::DropTask | Move::ExplainTask | Move::SendTask => Ok(()),
        Move::AnswerTask => answering_tasks(request),
        Move::RepeatTask if request.tasks.iter().all(|task| task.done_at().is_none()) => Err(Refusal::TaskNotDone),
        Move::RepeatTask => Ok(()),
        Move::CheckState | Move::LiftState if request.in_force().next().is_none() => Err(Refusal::NothingInForce),
        Move::CheckState | Move::LiftState => Ok(()),
        Move::CoSign => open(request).and_then(|()| signable(request, policy)),
        Move::CheckCondition => open(request).and_then(|()| has_conditions(request, policy)),
        Move::Retain => open(request).and_then(|()| yields_to_retention(request, policy)),
        Move::FollowUp => open(request).and_then(|()| offers_something(request, policy)),
        Move::Look | Move::Approve | Move::SendBack => approvable(request, id, step),
        Move::DraftLetter => draftable(request),
        Move::DropDraft => open(request).and_then(|()| has_a_draft(request)),
        Move::Answer | Move::AnswerByHand => answerable(request, step, policy),
        Move::Enclose | Move::RecordIdentifier => release::preparable(request),
        Move::TakeOut | Move::OverrideFinding | Move::MarkHighRisk => {
            release::preparable(request).and(if request.release.enclosures.is_empty() {
                Err(Refusal::NothingEnclosed)
            } else {
                Ok(())
            })
        }
        Move::ApproveRelease => release::approvable(request, policy, id),
        Move::Release => release::releasable(request, policy),
        Move::RevokePackage if request.release.live().is_some() => Ok(()),
        Move::RevokePackage => Err(Refusal::UnknownPackage),
        Move::Extend => running(request).and_then(|()| extendable(request, policy)),
        Move::Pause
        | Move::Resume
        | Move::ApplyPolicy
        | Move::SetTarget
        | Move::ProposeDeadline
        | Move::ConfirmDeadline
        | Move::DeclineDeadline
        | Move::ConfirmReceipt => running(request).and_then(|()| clock::may(request, step, id, policy)),
        Move::Close => match request.stage {
            Stage::Answered { .. } if request.unsettled_tasks().next().is_some() => Err(Refusal::TasksOpen),
            Stage::Answered { .. } => Ok(()),
            _ => running(request).and(Err(Refusal::NotAnswered)),
        },
        Move::Reopen => match request.stage {
            Stage::Answered { .. } | Stage::Closed { .. } => Ok(()),
            _ => Err(Refusal::NotAnswered),
        },
        Move::SetAside | Move::Withdraw => not_sending(request),
        // Where it goes on, nobody could say any more whether they belong, nor what they add.
        Move::Merge if !(request.held.is_empty() && request.unread.is_empty()) => {
            not_sending(request).and(Err(Refusal::MessagesFirst))
        }
        Move::Merge => not_sending(request),
        Move::BringBack => match request.stage {
            Stage::SetAside { .. } | Stage::Withdrawn { .. } => Ok(()),
            _ => Err(Refusal::NotSetAside),
        },
        Move::ConfirmMessage | Move::ReleaseMessage if request.held.is_empty() => Err(Refusal::NothingHeld),
        Move::ConfirmMessage | Move::ReleaseMessage => Ok(()),
        Move::ReadMessage if request.unread.is_empty() => Err(Refusal::NothingUnread),
        Move::ReadMessage | Move::SendLetter => Ok(()),
    }
}

/// Each move with whether it is open to someone now.
pub fn moves(request: &Request, actor: Actor, policy: &Policy) -> Vec<(Move, Result<(), Refusal>)> {
    Move::ALL
        .iter()
        .copied()
        .map(|step| (step, may(request, step, actor, policy)))
        .collect()
}

fn running(request: &Request) -> Result<(), Refusal> {
    match request.stage {
        Stage::Answered { .. } | Stage::Closed { .. } => Err(Refusal::AlreadyAnswered),
        _ if request.is_running() => Ok(()),
        _ => Err(Refusal::NotRunning),
    }
}

fn not_sending(request: &Request) -> Result<(), Refusal> {
    running(request)?;
    match request.stage {
        Stage::Answering { .. } => Err(Refusal::AnswerOnItsWay),
        _ => Ok(()),
    }
}

/// Casework needs a triaged request whose answer is not on its way.
fn open(request: &Request) -> Result<(), Refusal> {
    not_sending(request)?;
    match request.stage {
        Stage::Triage => Err(Refusal::TriageFirst),
        _ => Ok(()),
    }
}

/// Systems can be asked as long as casework goes on, and also after the answer: what was forgotten is still to be done.
fn with_tasks(request: &Request) -> Result<(), Refusal> {
    match request.stage {
        Stage::Answering { .. } | Stage::Answered { .. } => Ok(()),
        _ => open(request),
    }
}

fn answering_tasks(request: &Request) -> Result<(), Refusal> {
    if request.tasks.iter().any(Task::takes_answers) {
        Ok(())
    } else {
        Err(Refusal::NoTasks)
    }
}

fn acts_for_another(request: &Request, policy: &Policy) -> Result<(), Refusal> {
    match request.acts_by(policy) {
        Some(rule) if !rule.evidence.is_empty() => Ok(()),
        Some(_) | None => Err(Refusal::NoEvidenceAsked),
    }
}

/// Who acts for another living person who is there to be told.
fn subject_to_tell(request: &Request, policy: &Policy) -> Result<(), Refusal> {
    match request.acts_by(policy) {
        Some(rule) if rule.inform_subject => Ok(()),
        Some(_) | None => Err(Refusal::NobodyToTell),
    }
}

/// An address can be proven of every request that is at work, or answered with something to fetch.
fn sendable(request: &Request) -> Result<(), Refusal> {
    match request.stage {
        Stage::Answered { .. } => Ok(()),
        _ => running(request),
    }
}

fn confirmable(request: &Request) -> Result<(), Refusal> {
    sendable(request)?;
    if request.has_confirmed_contact() {
        Err(Refusal::ContactConfirmed)
    } else {
        Ok(())
    }
}

fn has_items(request: &Request) -> Result<(), Refusal> {
    if request.items.is_empty() {
        Err(Refusal::NoItems)
    } else {
        Ok(())
    }
}

fn needs_a_ground(request: &Request, policy: &Policy) -> Result<(), Refusal> {
    let needed = request
        .items
        .iter()
        .any(|item| policy.right(&item.right).is_some_and(|right| right.needs_ground));
    if needed { Ok(()) } else { Err(Refusal::NoGroundNeeded) }
}

fn signable(request: &Request, policy: &Policy) -> Result<(), Refusal> {
    let mut assessments = request.items.iter().flat_map(|item| &item.assessments);
    if assessments.any(|found| found.awaits_signature(policy)) {
        Ok(())
    } else {
        Err(Refusal::NothingToSign)
    }
}

fn has_conditions(request: &Request, policy: &Policy) -> Result<(), Refusal> {
    let owed_on_conditions = |item: &Item| !condition::conditions(item, policy).is_empty();
    if request.items.iter().any(owed_on_conditions) {
        Ok(())
    } else {
        Err(Refusal::NoConditions)
    }
}

fn yields_to_retention(request: &Request, policy: &Policy) -> Result<(), Refusal> {
    let yields = |item: &Item| policy.right(&item.right).is_some_and(|right| right.yields_to_retention);
    if request.items.iter().any(yields) {
        Ok(())
    } else {
        Err(Refusal::NoRetention)
    }
}

fn offers_something(request: &Request, policy: &Policy) -> Result<(), Refusal> {
    let mut items = request.items.iter();
    if items.any(|item| !followups(request, item, policy).is_empty()) {
        Ok(())
    } else {
        Err(Refusal::NothingOffered)
    }
}

/// The rights that an item makes possible, since its own right offers the ground they need: those that are not asked for
/// yet, or that still lack a ground.
pub fn followups<'p>(request: &Request, item: &Item, policy: &'p Policy) -> Vec<&'p Right> {
    let offers = policy
        .right(&item.right)
        .is_some_and(|right| right.offers_ground.is_some());
    let excluded = |right: &Right| {
        policy
            .on_behalf(&request.on_behalf)
            .is_some_and(|rule| rule.excludes.contains(&right.id))
    };
    let settled = |right: &Right| {
        let there = request.items.iter().find(|other| other.right == right.id);
        there.is_some_and(|other| other.ground.is_some())
    };
    let wanted = policy
        .rights
        .iter()
        .filter(|right| right.needs_ground && right.id != item.right && !excluded(right) && !settled(right));
    wanted.filter(|_| offers).collect()
}

fn approvable(request: &Request, person: PersonId, step: Move) -> Result<(), Refusal> {
    open(request)?;
    has_items(request)?;
    if !request.is_decided() {
        return Err(Refusal::Undecided);
    }
    if !request.needs_approval() {
        return Err(Refusal::NothingToApprove);
    }
    match (request.approval, step) {
        (Approval::SentBack, Move::Approve | Move::SendBack) => return Err(Refusal::SentBack),
        (Approval::Given { .. } | Approval::None | Approval::SentBack, _) => {}
    }
    if request.was_prepared_by(person) {
        Err(Refusal::SamePerson)
    } else {
        Ok(())
    }
}

/// A letter is written of decisions that are there, whoever has still to approve it.
fn draftable(request: &Request) -> Result<(), Refusal> {
    open(request)?;
    if request.kind == CaseKind::Request && request.items.is_empty() {
        return Err(Refusal::NeedsItem);
    }
    if request.is_decided() {
        Ok(())
    } else {
        Err(Refusal::Undecided)
    }
}

fn has_a_draft(request: &Request) -> Result<(), Refusal> {
    if request.draft.is_some() {
        Ok(())
    } else {
        Err(Refusal::NoDraft)
    }
}

/// The rule of the house: no answer leaves with an undecided item, to someone unidentified when something is given, to an
/// address that nobody has shown to be theirs when it tells whether they are known, or with something that a second
/// person must approve and has not. That the letter is the approved one is asked when it is there.
fn answerable(request: &Request, step: Move, policy: &Policy) -> Result<(), Refusal> {
    open(request)?;
    if request.kind == CaseKind::Request && request.items.is_empty() {
        return Err(Refusal::NeedsItem);
    }
    if !request.is_decided() {
        return Err(Refusal::Undecided);
    }
    if request.gives() {
        identified(request)?;
        may_stand_for(request, policy)?;
    }
    if step == Move::AnswerByHand {
        may_be_told_by_hand(request)?;
    } else {
        may_be_told_by_mail(request)?;
    }
    approved(request)
}

/// Whether a second person, who took none of the decisions, agrees with the refusals as they stand.
pub(super) fn approved(request: &Request) -> Result<(), Refusal> {
    match request.approval {
        _ if !request.needs_approval() => Ok(()),
        Approval::Given { by, .. } if !request.was_prepared_by(by) => Ok(()),
        Approval::SentBack => Err(Refusal::SentBack),
        Approval::Given { .. } | Approval::None => Err(Refusal::ApprovalMissing),
    }
}

fn extendable(request: &Request, policy: &Policy) -> Result<(), Refusal> {
    let Some(extension) = &policy.extension else {
        return Err(Refusal::NoExtension);
    };
    if request.extensions >= extension.times {
        Err(Refusal::ExtensionsUsed)
    } else if request.open_pauses().next().is_some() {
        Err(Refusal::ResumeFirst)
    } else {
        Ok(())
    }
}
