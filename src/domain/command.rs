//! What someone wants to happen to a request.

use chrono::{DateTime, NaiveDate, Utc};

use super::approval::Digest;
use super::assessment::{Finding, Scope};
use super::challenge::Purpose;
use super::condition::Check;
use super::document::Shows;
use super::event::{Belonging, CaseKind, Clock, NewItem, Proposal};
use super::identifier::{IdentifierKind, LookedAgain};
use super::identity::{Change, Confirmation};
use super::item::Decision;
use super::moves::Move;
use super::person::PersonId;
use super::policy::{DatumId, DutyId, ExemptionId, GroundId, MethodId, OnBehalfId, PauseId, RightId};
use super::request::PolicyStamp;
use super::standing::Sight;
use super::system::System;
use super::task::Reply;
use super::task_merger::TakenOver;
use super::text::{FileRef, TextRef};

/// What someone wants to happen to a request. Texts are sealed before; a command that is refused leaves none behind.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are those of the events they cause, and documented there"
)]
pub enum Command {
    Triage {
        kind: CaseKind,
        rights: Vec<RightId>,
        on_behalf: OnBehalfId,
        language: String,
    },
    AddItem {
        right: RightId,
        received_at: DateTime<Utc>,
        message: Option<i64>,
    },
    DropItem {
        item: u32,
        reason: TextRef,
    },
    Assign {
        to: Option<PersonId>,
    },
    AskIdentity {
        method: MethodId,
        data: Vec<DatumId>,
        reason: Option<TextRef>,
        letter: Option<i64>,
    },
    ConfirmIdentity {
        method: MethodId,
        matched: Vec<DatumId>,
        note: TextRef,
    },
    DoubtIdentity {
        reason: TextRef,
    },
    ActFor {
        on_behalf: OnBehalfId,
        reason: TextRef,
    },
    RecordEvidence {
        piece: u32,
        sight: Sight,
        note: TextRef,
    },
    RetractEvidence {
        piece: u32,
        reason: TextRef,
    },
    TellSubject {
        letter: Option<i64>,
        note: TextRef,
    },
    ReceiveDocument {
        file: FileRef,
        shows: Shows,
    },
    ViewDocument {
        file: i64,
    },
    DestroyDocuments,
    SendCode {
        purpose: Purpose,
        challenge: i64,
        letter: i64,
    },
    ConfirmContact {
        confirmation: Confirmation,
    },
    ChangeContact {
        card: TextRef,
        change: Change,
        reason: TextRef,
        told: Vec<i64>,
    },
    ChooseGround {
        item: u32,
        ground: Option<GroundId>,
    },
    Assess {
        item: u32,
        finding: Finding,
    },
    CoSign {
        item: u32,
        exemption: ExemptionId,
        scope: Scope,
    },
    CheckCondition {
        item: u32,
        check: Check,
    },
    Retain {
        item: u32,
        duty: DutyId,
        scope: Scope,
        until: Option<NaiveDate>,
        reason: TextRef,
    },
    /// Adds what the right of an item makes possible: a right that needs a ground, with the ground that it offers.
    FollowUp {
        item: u32,
        right: RightId,
    },
    Decide {
        item: u32,
        decision: Decision,
    },
    /// The system as the register has it; the door looks it up in the same transaction.
    AddTask {
        item: u32,
        system: Box<System>,
        reason: Option<TextRef>,
    },
    DropTask {
        task: u32,
        reason: TextRef,
    },
    SendTask {
        task: u32,
        letter: Option<i64>,
        words: Option<TextRef>,
    },
    AnswerTask {
        task: u32,
        reply: Reply,
    },
    /// Looks at a file that an owner handed over.
    ViewTaskFile {
        task: u32,
        file: i64,
    },
    ExplainTask {
        task: u32,
        reason: TextRef,
    },
    RepeatTask {
        task: u32,
        reason: TextRef,
    },
    CheckState {
        item: u32,
        note: TextRef,
        recheck_on: NaiveDate,
    },
    LiftState {
        item: u32,
        reason: TextRef,
    },
    /// `letter` is the digest of the letter that would leave, from which the core makes the digest of all that would.
    Look {
        letter: Digest,
        shown: TextRef,
    },
    Approve {
        letter: Digest,
    },
    SendBack {
        reason: TextRef,
    },
    DraftLetter {
        letter: TextRef,
        generated: TextRef,
        words: Option<TextRef>,
    },
    DropDraft,
    /// `says` is the digest of the letter's text.
    Answer {
        letter: i64,
        text: TextRef,
        says: Digest,
    },
    /// `says` is the digest of the letter as it would read now, which is what was handed over.
    AnswerByHand {
        at: DateTime<Utc>,
        text: TextRef,
        says: Digest,
    },
    /// `findings` are the ids of what the disclosure gate found in the file; `report` is all that it said.
    Enclose {
        file: FileRef,
        report: TextRef,
        findings: Vec<String>,
        structured: bool,
    },
    TakeOut {
        enclosure: u32,
        reason: TextRef,
    },
    OverrideFinding {
        enclosure: u32,
        finding: String,
        reason: TextRef,
    },
    RecordIdentifier {
        kind: IdentifierKind,
        text: TextRef,
        source: TextRef,
        looks: Vec<LookedAgain>,
    },
    RetractIdentifier {
        number: u32,
        reason: TextRef,
        looks: Vec<LookedAgain>,
    },
    MarkHighRisk {
        reason: TextRef,
    },
    ApproveRelease,
    Release {
        file: FileRef,
        letter: Option<i64>,
    },
    /// By whoever holds the link and a fresh code.
    FetchPackage {
        package: u32,
    },
    RevokePackage {
        package: u32,
        reason: TextRef,
    },
    /// Its time is over.
    EndPackage {
        package: u32,
    },
    Extend {
        reason: TextRef,
        letter: Option<i64>,
    },
    Pause {
        pause: PauseId,
        since: DateTime<Utc>,
        reason: TextRef,
        letter: Option<i64>,
    },
    Resume {
        pause: PauseId,
        until: DateTime<Utc>,
        note: TextRef,
        letter: Option<i64>,
    },
    ApplyPolicy {
        policy: PolicyStamp,
        reason: TextRef,
    },
    SetTarget {
        on: Option<NaiveDate>,
    },
    ProposeDeadline {
        on: NaiveDate,
        reason: TextRef,
    },
    ConfirmDeadline,
    DeclineDeadline {
        reason: TextRef,
    },
    ConfirmReceipt {
        at: DateTime<Utc>,
        note: TextRef,
    },
    Close,
    Reopen {
        reason: TextRef,
    },
    SetAside {
        reason: TextRef,
    },
    BringBack,
    Withdraw {
        reason: TextRef,
    },
    /// The requester complains of what was decided; the review is opened in the same transaction.
    OpenReview {
        request: i64,
        reference: String,
    },
    /// `target_runs` says whether the other request is open; the door looks it up in the same transaction.
    Merge {
        into: i64,
        reference: String,
        target_runs: bool,
    },
    TakeMerge {
        request: i64,
        reference: String,
        clock: Clock,
        items: Vec<NewItem>,
        tasks: Vec<TakenOver>,
    },
    ConfirmMessage {
        message: i64,
    },
    ReleaseMessage {
        message: i64,
    },
    ReadMessage {
        message: i64,
    },
    SendLetter {
        letter: i64,
    },
    Reread {
        message: i64,
        charset: Option<String>,
        card: Option<TextRef>,
        proposal: Proposal,
    },
    Note {
        text: TextRef,
    },
    Join {
        message: i64,
        received_at: DateTime<Utc>,
        belonging: Belonging,
    },
    Acknowledge {
        letter: i64,
    },
    Delivered {
        letter: i64,
        at: DateTime<Utc>,
    },
    Bounced {
        letter: i64,
    },
    Recount,
    Remind,
}

impl Command {
    /// The move a person makes with it; `None` for what happens by itself.
    pub fn step(&self) -> Option<Move> {
        Some(match self {
            Self::Triage { .. } => Move::Triage,
            Self::AddItem { .. } => Move::AddItem,
            Self::DropItem { .. } => Move::DropItem,
            Self::Assign { .. } => Move::Assign,
            Self::AskIdentity { .. } => Move::AskIdentity,
            Self::ConfirmIdentity { .. } => Move::ConfirmIdentity,
            Self::DoubtIdentity { .. } => Move::DoubtIdentity,
            Self::ActFor { .. } => Move::ActFor,
            Self::RecordEvidence { .. } | Self::RetractEvidence { .. } => Move::RecordEvidence,
            Self::TellSubject { .. } => Move::TellSubject,
            Self::ViewDocument { .. } => Move::ViewDocument,
            Self::SendCode { .. } => Move::SendCode,
            Self::ConfirmContact { .. } => Move::ConfirmContact,
            Self::ChangeContact { .. } => Move::ChangeContact,
            Self::ChooseGround { .. } => Move::ChooseGround,
            Self::Assess { .. } => Move::Assess,
            Self::CoSign { .. } => Move::CoSign,
            Self::CheckCondition { .. } => Move::CheckCondition,
            Self::Retain { .. } => Move::Retain,
            Self::FollowUp { .. } => Move::FollowUp,
            Self::Decide { .. } => Move::Decide,
            Self::AddTask { .. } => Move::AddTask,
            Self::DropTask { .. } => Move::DropTask,
            Self::SendTask { .. } => Move::SendTask,
            Self::AnswerTask { .. } => Move::AnswerTask,
            Self::ExplainTask { .. } => Move::ExplainTask,
            Self::RepeatTask { .. } => Move::RepeatTask,
            Self::CheckState { .. } => Move::CheckState,
            Self::LiftState { .. } => Move::LiftState,
            Self::Look { .. } => Move::Look,
            Self::Approve { .. } => Move::Approve,
            Self::SendBack { .. } => Move::SendBack,
            Self::DraftLetter { .. } => Move::DraftLetter,
            Self::DropDraft => Move::DropDraft,
            Self::Answer { .. } => Move::Answer,
            Self::AnswerByHand { .. } => Move::AnswerByHand,
            Self::Enclose { .. } => Move::Enclose,
            Self::TakeOut { .. } => Move::TakeOut,
            Self::OverrideFinding { .. } => Move::OverrideFinding,
            Self::RecordIdentifier { .. } | Self::RetractIdentifier { .. } => Move::RecordIdentifier,
            Self::MarkHighRisk { .. } => Move::MarkHighRisk,
            Self::ApproveRelease => Move::ApproveRelease,
            Self::Release { .. } => Move::Release,
            Self::RevokePackage { .. } => Move::RevokePackage,
            Self::Extend { .. } => Move::Extend,
            Self::Pause { .. } => Move::Pause,
            Self::Resume { .. } => Move::Resume,
            Self::ApplyPolicy { .. } => Move::ApplyPolicy,
            Self::SetTarget { .. } => Move::SetTarget,
            Self::ProposeDeadline { .. } => Move::ProposeDeadline,
            Self::ConfirmDeadline => Move::ConfirmDeadline,
            Self::DeclineDeadline { .. } => Move::DeclineDeadline,
            Self::ConfirmReceipt { .. } => Move::ConfirmReceipt,
            Self::Close => Move::Close,
            Self::Reopen { .. } => Move::Reopen,
            Self::SetAside { .. } => Move::SetAside,
            Self::BringBack => Move::BringBack,
            Self::Withdraw { .. } => Move::Withdraw,
            Self::Merge { .. } => Move::Merge,
            Self::ConfirmMessage { .. } => Move::ConfirmMessage,
            Self::ReleaseMessage { .. } => Move::ReleaseMessage,
            Self::ReadMessage { .. } => Move::ReadMessage,
            Self::SendLetter { .. } => Move::SendLetter,
            Self::Reread { .. } => Move::Reread,
            Self::Note { .. } => Move::Note,
            Self::OpenReview { .. }
            | Self::ReceiveDocument { .. }
            | Self::DestroyDocuments
            | Self::TakeMerge { .. }
            | Self::Join { .. }
            | Self::Acknowledge { .. }
            | Self::Delivered { .. }
            | Self::Bounced { .. }
            | Self::ViewTaskFile { .. }
            | Self::FetchPackage { .. }
            | Self::EndPackage { .. }
            | Self::Recount
            | Self::Remind => return None,
        })
    }
}
