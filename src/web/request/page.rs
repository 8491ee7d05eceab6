//! What the page of a request shows: plain values, ready to be written down.

use askama::Template;

use super::awaiting::Awaiting;
use super::conditions::ConditionView;
use super::identity::IdentityView;
use super::matrix::{MatrixView, ProposalView, RetentionView};
use super::origin::Origin;
use super::tasks::TasksView;
use crate::domain::moves::Move as Step;
use crate::web::frame::look::{Chip, Choice, Due, Fact, Link, Tone};
use crate::web::frame::{Frame, Place};

/// The page of a request.
#[derive(Debug, Template)]
#[template(path = "request.html")]
pub struct RequestPage {
    /// Around the page.
    pub frame: Frame,
    /// `/requests/DSR-2026-000123`, to which the forms add what they change.
    pub path: String,
    /// How many events the page was made from; sent back so that nobody overwrites what they have not seen.
    pub seq: i64,
    /// Such as `DSR-2026-000123`.
    pub reference: String,
    /// Whose request it is: a name, or an address without one.
    pub requester: String,
    /// The subject of the first message.
    pub subject: String,
    /// Where it stands, in words.
    pub stage: Chip,
    /// The rights invoked, or the kind where there are none.
    pub chips: Vec<Chip>,
    /// Its clock.
    pub due: Due,
    /// What comes next.
    pub next: NextStep,
    /// Receipt, recognition, term, policy, channel, language, assignee.
    pub facts: Vec<Fact>,
    /// The internal review of what was decided here, and the request that this one reviews.
    pub reviews: Vec<Link>,
    /// Who is reminded, of what and when.
    pub reminders: Vec<ReminderLine>,
    /// The parts of an item that something can be found about.
    pub parts: Vec<Choice>,
    /// Its rights, one by one.
    pub items: Vec<ItemView>,
    /// What systems have to do for it, and what is in force; `None` when there is nothing to say.
    pub tasks: Option<TasksView>,
    /// Its messages, oldest first, in and out.
    pub thread: Vec<MessageView>,
    /// The answer as it would go out now; `None` while there is nothing to answer with.
    pub letter: Option<LetterView>,
    /// Every letter that left or waits to leave, with its delivery.
    pub deliveries: Vec<DeliveryLine>,
    /// Requester, subject, address, identity, on whose behalf.
    pub persons: Vec<Fact>,
    /// Who asks, how that was found out, and where answers go.
    pub identity: IdentityView,
    /// What the same sender asked otherwise in the last months; `None` when nothing.
    pub sender: Option<HistoryView>,
    /// What colleagues wrote for each other.
    pub notes: Vec<NoteView>,
    /// Everything that happened, newest first.
    pub timeline: Vec<EventLine>,
    /// Something is given, so that a code of the second factor is asked for before the answer leaves.
    pub gives: bool,
    /// Files are or can be handed over, on a page of their own.
    pub hands_over: bool,
    /// Every move of the request as a whole, open or not.
    pub moves: Vec<Move>,
    /// What the forms offer.
    pub offers: Offers,
}

/// What comes next, and where on the page it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextStep {
    /// The step, as an instruction.
    pub title: String,
    /// Why it is this one.
    pub why: String,
    /// Where on the page; empty when there is nothing that this person could do.
    pub anchor: String,
    /// The move whose form stands open; may be empty.
    pub opens: &'static str,
    /// What the button says.
    pub button: String,
}

/// A place on the page of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    /// The form of a move.
    Move(Step),
    /// A move that is made at the answer.
    Letter(Step),
    /// The page of what would leave.
    Leaving,
    /// An item.
    Item(u32),
    /// A message.
    Message(i64),
    /// The tasks of systems.
    Tasks,
    /// None.
    None,
}

impl Anchor {
    pub(super) fn href(self, reference: &str) -> String {
        match self {
            Self::Move(step) => format!("#move-{}", step.as_str()),
            Self::Letter(_) => "#letter".to_owned(),
            Self::Leaving => format!("/requests/{reference}/approval"),
            Self::Item(number) => format!("#item-{number}"),
            Self::Message(id) => format!("#message-{id}"),
            Self::Tasks => "#tasks".to_owned(),
            Self::None => String::new(),
        }
    }
}

/// One thing that may be done, or may not, as the rules have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Which one; names its form.
    pub key: &'static str,
    /// What it is called.
    pub label: String,
    /// Where its form is sent.
    pub href: String,
    /// It may be done now, by the person who looks.
    pub open: bool,
    /// Why not, as a sentence.
    pub refusal: Option<String>,
}

/// One right of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemView {
    /// Its number in the request.
    pub no: u32,
    /// The right.
    pub name: String,
    /// What the right is.
    pub explanation: String,
    /// The law grants it although the statement leaves it out.
    pub by_law: bool,
    /// Its sources in law and statement.
    pub sources: Vec<String>,
    /// The words of the mail that were read as this right.
    pub evidence: Vec<String>,
    /// Where it stands, in words.
    pub state: String,
    /// The same as colour and shape.
    pub tone: Tone,
    /// What staff should know before they rely on the statement's words.
    pub cautions: Vec<String>,
    /// The ground chosen; `None` without one.
    pub ground: Option<String>,
    /// The grounds that may be chosen; empty when the right needs none.
    pub grounds: Vec<Choice>,
    /// From when it works, in words; empty where that is not its receipt.
    pub effective: String,
    /// The exemptions, part by part, assessed or not.
    pub matrix: MatrixView,
    /// The conditions on which its right is owed; empty when there is none.
    pub conditions: Vec<ConditionView>,
    /// The duties to keep data; `None` where the right yields to none.
    pub retention: Option<RetentionView>,
    /// What follows from the findings.
    pub proposal: ProposalView,
    /// The rights that this one makes possible.
    pub followups: Vec<Choice>,
    /// The decision, when there is one.
    pub decision: Option<DecisionView>,
    /// What a decision may be.
    pub outcomes: Vec<Choice>,
    /// What a refusal may rest on: an exemption assessed with yes or partly, a missing ground or proof of identity.
    pub bases: Vec<Choice>,
    /// What a restriction may rest on: the duties that were found to run.
    pub duties: Vec<Choice>,
}

/// A hint at an exemption: something to weigh.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HintView {
    /// The words of the requester that hint; empty when they are not kept any more.
    pub quotes: Vec<String>,
}

/// What the same sender asked otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryView {
    /// How many requests, of what and when, a sentence each; empty when none of the others is recent.
    pub figures: Vec<String>,
    /// The latest other requests, newest first.
    pub lines: Vec<HistoryLine>,
    /// Those before them.
    pub earlier: Vec<HistoryLine>,
    /// What such figures are worth.
    pub note: String,
}

/// Another request of the same sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryLine {
    /// Its reference.
    pub reference: String,
    /// Where it is.
    pub href: String,
    /// Where both stand side by side.
    pub beside: String,
    /// When it came, what it asks for, how it ended.
    pub about: String,
}

/// What was decided on an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionView {
    /// Granted, partly granted, refused, nothing held, not for us.
    pub words: String,
    /// How it looks.
    pub tone: Tone,
    /// The exemption or the missing ground; empty without.
    pub basis: String,
    /// Why.
    pub reason: String,
    /// What is given all the same; may be empty.
    pub given: String,
    /// By whom and when.
    pub by: String,
}

/// One message of the thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageView {
    /// Its number, for the anchor and its forms.
    pub id: i64,
    /// It came from us.
    pub outgoing: bool,
    /// It went to somebody else than the requester, such as the owner of a system.
    pub to_others: bool,
    /// Who wrote it: name and address.
    pub from: String,
    /// When it was received or sent.
    pub at: String,
    /// Its subject.
    pub subject: String,
    /// What the writer wrote.
    pub text: String,
    /// What was quoted or forwarded below; may be empty.
    pub quoted: String,
    /// Where it comes from; `None` for letters of ours.
    pub origin: Option<Origin>,
    /// From, to, date, Message-ID, reply-to.
    pub headers: Vec<Fact>,
    /// What was odd about it.
    pub remarks: Vec<String>,
    /// Files, offered only as downloads.
    pub files: Vec<FileView>,
    /// The same text in other forms, such as HTML, offered only as downloads.
    pub other_forms: Vec<FileView>,
    /// What it waits for; `None` when it belongs for certain and was read.
    pub awaiting: Option<Awaiting>,
    /// The reference of the request that it came with, where that was merged into this one.
    pub came_with: Option<String>,
    /// Where its raw bytes are; empty for letters of ours.
    pub raw: String,
    /// Where its readings are compared; empty for letters of ours.
    pub reading: String,
    /// Its characters are not certain.
    pub is_uncertain: bool,
}

/// One attachment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileView {
    /// Its name, made safe.
    pub name: String,
    /// Its media type and size.
    pub note: String,
    /// Where it is.
    pub href: String,
}

/// The answer as it would go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterView {
    /// To whom.
    pub to: String,
    /// In which language.
    pub language: String,
    /// Its language tag, for the voice that reads it out.
    pub tag: String,
    /// Its subject.
    pub subject: String,
    /// Its text, our own words included.
    pub text: String,
    /// The words that an officer adds; may be empty.
    pub own_words: String,
    /// The answer is nothing but those words: a question or a complaint.
    pub words_are_all: bool,
    /// Draft, ready, waits for a second person, approved, sent back.
    pub state: String,
    /// The same as colour and shape.
    pub tone: Tone,
    /// What is still missing before it may go; empty when nothing is.
    pub missing: Vec<String>,
    /// The letter in the hands of a person; `None` where it cannot be put together yet.
    pub draft: Option<DraftView>,
}

impl LetterView {
    /// Whether somebody has saved it; it leaves as it is.
    pub fn is_saved(&self) -> bool {
        self.draft.as_ref().is_some_and(|draft| draft.is_saved)
    }

    /// Whether it is shown as somebody would have it, and not saved.
    pub fn is_unsaved(&self) -> bool {
        self.draft.as_ref().is_some_and(|draft| draft.is_unsaved)
    }
}

/// The answer as somebody writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftView {
    /// Somebody has saved it; it leaves as it is.
    pub is_saved: bool,
    /// It is shown as somebody would have it, and not saved.
    pub is_unsaved: bool,
    /// Who saved it and when; empty where nobody has.
    pub by: String,
    /// Its subject and text against what was put together; empty when nothing was changed by hand.
    pub changes: Vec<StretchView>,
    /// The subject, to be changed.
    pub subject: String,
    /// The text, to be changed.
    pub body: String,
    /// The own words that it was put together with.
    pub words: String,
    /// The text holds changes of an earlier draft that the decisions have overtaken.
    pub is_carried: bool,
    /// Those of them that found no place.
    pub homeless: Vec<String>,
}

/// A stretch of two letters that are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StretchView {
    /// What it says.
    pub text: String,
    /// A person wrote it.
    pub is_new: bool,
    /// A person took it out.
    pub is_gone: bool,
}

/// What became of one letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryLine {
    /// Its row in the outbox.
    pub id: i64,
    /// Which letter.
    pub occasion: String,
    /// To whom.
    pub to: String,
    /// Waiting, sent, failed, not known.
    pub state: String,
    /// The same as colour and shape.
    pub tone: Tone,
    /// When, and what the other side said.
    pub note: String,
    /// What the button says that sends it; `None` when it cannot be sent by hand.
    pub button: Option<String>,
}

/// One reminder, past or to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReminderLine {
    /// When.
    pub when: String,
    /// What it says.
    pub what: String,
    /// Who gets it.
    pub whom: String,
    /// It has gone out, or is the next one, or comes later.
    pub tone: Tone,
}

/// A note between colleagues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteView {
    /// By whom and when.
    pub by: String,
    /// What.
    pub text: String,
}

/// One event, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventLine {
    /// When, to the minute.
    pub at: String,
    /// Who: a person, or Habeas itself.
    pub actor: String,
    /// What happened.
    pub what: String,
    /// Why, when the event says so; may be empty.
    pub why: String,
}

/// What the forms of a request offer to choose from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offers {
    /// Who may work on it.
    pub assignees: Vec<Choice>,
    /// All rights, those recognised or invoked chosen.
    pub rights: Vec<Choice>,
    /// Rights that are not yet items.
    pub new_rights: Vec<Choice>,
    /// Messages that may have brought a new right.
    pub receipts: Vec<Choice>,
    /// For whom the person may act.
    pub on_behalf: Vec<Choice>,
    /// How identity may be proven, least intrusive first; the one to try next is chosen.
    pub methods: Vec<Choice>,
    /// What the company holds and can compare.
    pub held_data: Vec<Choice>,
    /// What a case can be.
    pub kinds: Vec<Choice>,
    /// Languages that letters are written in.
    pub languages: Vec<Choice>,
    /// Requests of the same sender that this one may be merged into.
    pub mergers: Vec<Merger>,
    /// What justifies an extension; empty without one.
    pub extension: String,
    /// There is an address that letters can go to.
    pub has_address: bool,
    /// Today in the policy's zone, for date fields.
    pub today: String,
    /// The policy's zone.
    pub zone: String,
}

/// A request of the same sender that this one may be merged into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merger {
    /// Its reference.
    pub reference: String,
    /// When it came and about what.
    pub about: String,
    /// Where both stand side by side.
    pub beside: String,
}

impl RequestPage {
    /// The moves that may be done now and have their form under "What can be done".
    pub fn open_moves(&self) -> impl Iterator<Item = &Move> {
        let elsewhere = |key: &str| ELSEWHERE.iter().chain(OF_IDENTITY).any(|step| step.as_str() == key);
        self.moves.iter().filter(move |one| one.open && !elsewhere(one.key))
    }

    /// The moves that may be done now and have their form where it says who asks.
    pub fn identity_moves(&self) -> impl Iterator<Item = &Move> {
        let of_identity = |key: &str| OF_IDENTITY.iter().any(|step| step.as_str() == key);
        self.moves.iter().filter(move |one| one.open && of_identity(one.key))
    }

    /// The moves that may not.
    pub fn closed_moves(&self) -> impl Iterator<Item = &Move> {
        self.moves.iter().filter(|one| !one.open)
    }

    /// How many letters went to others than the requester.
    pub fn letters_to_others(&self) -> u32 {
        u32::try_from(self.thread.iter().filter(|message| message.to_others).count()).unwrap_or(u32::MAX)
    }

    /// Whether a move may be done now.
    pub fn can(&self, key: &str) -> bool {
        self.moves.iter().any(|one| one.open && one.key == key)
    }

    /// Why a move may not be done now; empty when it may.
    pub fn why_not(&self, key: &str) -> &str {
        let found = self.moves.iter().find(|one| one.key == key);
        found.and_then(|one| one.refusal.as_deref()).unwrap_or_default()
    }
}

/// Moves about who asks; their forms stand there.
const OF_IDENTITY: &[Step] = &[Step::ConfirmIdentity, Step::AskIdentity, Step::DoubtIdentity];

/// Moves whose forms stand where their matter is: at the clock, at a message, at the address, at an item, at the answer, at the notes.
const ELSEWHERE: &[Step] = &[
    Step::Pause,
    Step::Resume,
    Step::ApplyPolicy,
    Step::SetTarget,
    Step::ProposeDeadline,
    Step::ConfirmDeadline,
    Step::DeclineDeadline,
    Step::ConfirmReceipt,
    Step::Enclose,
    Step::TakeOut,
    Step::OverrideFinding,
    Step::RecordIdentifier,
    Step::MarkHighRisk,
    Step::ApproveRelease,
    Step::Release,
    Step::RevokePackage,
    Step::ActFor,
    Step::RecordEvidence,
    Step::TellSubject,
    Step::ViewDocument,
    Step::SendCode,
    Step::ConfirmContact,
    Step::ChangeContact,
    Step::Reread,
    Step::ConfirmMessage,
    Step::ReleaseMessage,
    Step::ReadMessage,
    Step::SendLetter,
    Step::DropItem,
    Step::ChooseGround,
    Step::Assess,
    Step::CoSign,
    Step::CheckCondition,
    Step::Retain,
    Step::FollowUp,
    Step::Look,
    Step::Decide,
    Step::AddTask,
    Step::DropTask,
    Step::SendTask,
    Step::AnswerTask,
    Step::ExplainTask,
    Step::RepeatTask,
    Step::CheckState,
    Step::LiftState,
    Step::Approve,
    Step::SendBack,
    Step::DraftLetter,
    Step::DropDraft,
    Step::Answer,
    Step::AnswerByHand,
    Step::Note,
];
