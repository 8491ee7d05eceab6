//! One request: its clock, what comes next, its mail, its items, its answer, and the moves that are open now.

pub mod clock;

use askama::Template;

use crate::web::frame::look::{Chip, Choice, Due, Fact, Tone};
use crate::web::frame::{Frame, Place};

/// GET /requests/{reference}
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
    /// Who is reminded, of what and when.
    pub reminders: Vec<ReminderLine>,
    /// Its rights, one by one.
    pub items: Vec<ItemView>,
    /// Its messages, oldest first, in and out.
    pub thread: Vec<MessageView>,
    /// The answer as it would go out now; `None` while there is nothing to answer with.
    pub letter: Option<LetterView>,
    /// Every letter that left or waits to leave, with its delivery.
    pub deliveries: Vec<DeliveryLine>,
    /// Requester, subject, address, identity, on whose behalf.
    pub persons: Vec<Fact>,
    /// What colleagues wrote for each other.
    pub notes: Vec<NoteView>,
    /// Everything that happened, newest first.
    pub timeline: Vec<EventLine>,
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
    /// `#item-1`, `#letter`, `#move-assign`; empty when there is nothing to do.
    pub anchor: String,
    /// What the button says.
    pub button: String,
}

/// One thing that may be done, or may not, as the rules have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Which one; names its form.
    pub key: String,
    /// What it is called.
    pub label: String,
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
    /// What the right is, and where it is written.
    pub explanation: String,
    /// Its sources in law and statement.
    pub sources: Vec<String>,
    /// The words of the mail that were read as this right.
    pub evidence: Vec<String>,
    /// Where it stands, in words.
    pub state: String,
    /// The same as colour and shape.
    pub tone: Tone,
    /// Hints that somebody should weigh; never decisions.
    pub hints: Vec<String>,
    /// The ground chosen; `None` without one.
    pub ground: Option<String>,
    /// The grounds that may be chosen; empty when the right needs none.
    pub grounds: Vec<Choice>,
    /// The exemptions, assessed or not.
    pub exemptions: Vec<ExemptionView>,
    /// The decision, when there is one.
    pub decision: Option<DecisionView>,
    /// What a decision may be.
    pub outcomes: Vec<Choice>,
    /// What a refusal may rest on: an exemption assessed with yes or partly, or a missing ground.
    pub bases: Vec<Choice>,
    /// The moves of this item: ground, assess, decide, drop.
    pub moves: Vec<Move>,
}

/// One exemption for one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExemptionView {
    /// The id of the policy.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What staff must ask themselves.
    pub question: String,
    /// What staff must hold.
    pub evidence: String,
    /// What is easily got wrong; may be empty.
    pub caution: String,
    /// Where it is written.
    pub sources: Vec<String>,
    /// The assessment, when there is one.
    pub assessment: Option<AssessmentView>,
    /// A hint that points to it; empty without.
    pub hint: String,
}

/// What somebody found about one exemption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssessmentView {
    /// `yes`, `partly`, `no`.
    pub verdict: String,
    /// The same in words.
    pub words: String,
    /// Why.
    pub reason: String,
    /// By whom and when.
    pub by: String,
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
    pub still_given: String,
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
    /// From, to, date, Message-ID, reply-to.
    pub headers: Vec<Fact>,
    /// What was odd about it.
    pub remarks: Vec<String>,
    /// Files, offered only as downloads.
    pub files: Vec<FileView>,
    /// Why it is held; `None` when it belongs for certain.
    pub held: Option<String>,
    /// Where its raw bytes are; empty for letters of ours.
    pub raw: String,
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
    /// Drafted, waits for a second person, approved.
    pub state: String,
    /// The same as colour and shape.
    pub tone: Tone,
    /// What is still missing before it may go; empty when nothing is.
    pub missing: Vec<String>,
}

/// What became of one letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryLine {
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
    /// Rights that are not yet items.
    pub rights: Vec<Choice>,
    /// For whom the person may act.
    pub on_behalf: Vec<Choice>,
    /// How identity may be proven, least intrusive first.
    pub methods: Vec<Choice>,
    /// What the message can be, other than a request.
    pub kinds: Vec<Choice>,
    /// Requests that this one may be merged into.
    pub mergers: Vec<Choice>,
    /// What an extension means here: how long, from when, for which reasons; empty without one.
    pub extension: String,
}

impl RequestPage {
    /// The moves that may be done now.
    pub fn open_moves(&self) -> impl Iterator<Item = &Move> {
        self.moves.iter().filter(|one| one.open)
    }

    /// The moves that may not.
    pub fn closed_moves(&self) -> impl Iterator<Item = &Move> {
        self.moves.iter().filter(|one| !one.open)
    }

    /// A move by its name, when it is open.
    pub fn can(&self, key: &str) -> bool {
        self.open_moves().any(|one| one.key == key)
    }
}

impl ItemView {
    /// A move of this item by its name, when it is open.
    pub fn can(&self, key: &str) -> bool {
        self.moves.iter().any(|one| one.open && one.key == key)
    }

    /// The sentences for the moves of this item that are closed.
    pub fn refusals(&self) -> impl Iterator<Item = (&str, &str)> {
        self.moves
            .iter()
            .filter_map(|one| Some((one.label.as_str(), one.refusal.as_deref()?)))
    }

    /// How many exemptions are assessed.
    pub fn assessed(&self) -> usize {
        self.exemptions.iter().filter(|one| one.assessment.is_some()).count()
    }
}
