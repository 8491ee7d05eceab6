//! Two requests side by side, to see whether they are one matter, and what merging them would do to both clocks.

use std::collections::BTreeSet;
use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::places::taking;
use super::{no_policy, sender};
use crate::domain::decide::decide;
use crate::domain::event::Event;
use crate::domain::item::Item;
use crate::domain::moves::{Move as Step, Refusal, may};
use crate::domain::person::Actor;
use crate::domain::policy::RightId;
use crate::domain::rules::Rules;
use crate::domain::serial::{Likeness, likeness};
use crate::domain::task_merger::going_over;
use crate::house::House;
use crate::store::requests::{self, Stored};
use crate::store::{Reader, StoreError};
use crate::web::door::session::Reads;
use crate::web::error::PageError;
use crate::web::frame::look::{Due, Tone};
use crate::web::frame::say::Say;
use crate::web::frame::{Frame, Place};
use crate::web::{aside, show};

/// More text than this of a message is not shown beside another; its own page has all of it.
const MOST_TEXT: usize = 20_000;

/// GET /requests/{reference}/beside/{other}
pub async fn beside(
    who: Reads,
    house: web::Data<House>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let (one, other) = path.into_inner();
    if one == other {
        return Err(PageError::Absent);
    }
    let frame = who.frame(&request, Place::Requests, who.words.t("beside-title"));
    let found = aside({
        let house = Arc::clone(&house);
        move || {
            Ok(house
                .store
                .read(|db| Ok::<_, StoreError>((Told::of(db, &one)?, Told::of(db, &other)?)))?)
        }
    })
    .await?;
    let (Some(one), Some(other)) = found else {
        return Err(PageError::Absent);
    };
    let shelf = house.shelf();
    let say = Say::new(who.words, &shelf, house.now.instant(), &[]);
    let rules = |told: &Told| say.rules(&told.stored.request.policy).ok_or_else(|| no_policy(&who));
    let (one, other) = (Side::of(&one, rules(&one)?), Side::of(&other, rules(&other)?));
    let (same, differs) = compared(&say, one, other);
    show(&BesidePage {
        mergers: [(one, other), (other, one)]
            .map(|(from, into)| merger(&say, who.actor(), from, into))
            .into(),
        sides: [one, other].map(|side| view(&say, side)).into(),
        same,
        differs,
        frame,
    })
}

/// A request with what its first message says.
struct Told {
    stored: Stored,
    text: String,
}

impl Told {
    fn of(db: &mut Reader<'_>, reference: &str) -> Result<Option<Self>, StoreError> {
        let Some(stored) = requests::find_by_reference(db, reference)? else {
            return Ok(None);
        };
        let text = sender::own_text(db, &stored.request)?;
        Ok(Some(Self { stored, text }))
    }
}

/// One of the two, with the rules that govern it.
#[derive(Clone, Copy)]
struct Side<'t> {
    told: &'t Told,
    rules: Rules<'t>,
}

impl<'t> Side<'t> {
    fn of(told: &'t Told, rules: Rules<'t>) -> Self {
        Self { told, rules }
    }

    fn reference(&self) -> &'t str {
        &self.told.stored.request.reference
    }

    fn rights(&self) -> BTreeSet<&'t RightId> {
        self.told.stored.request.items.iter().map(|item| &item.right).collect()
    }

    fn name_of(&self, right: &RightId, tag: &str) -> String {
        let known = self.rules.policy.right(right);
        known.map_or(right.as_str(), |right| right.name.text(tag)).to_owned()
    }
}

fn view(say: &Say<'_>, side: Side<'_>) -> SideView {
    let Stored { request, card, .. } = &side.told.stored;
    let (tag, policy) = (say.tag(), &request.policy);
    let item = |item: &Item| {
        let (standing, tone) = match &item.decision {
            Some(decided) => (format!("outcome-{}", decided.decision.outcome().as_str()), Tone::Done),
            None => ("item-to-decide".to_owned(), Tone::Today),
        };
        let received = say.at(item.received_at, policy);
        let due = say.words.date(item.deadline.due_on);
        RightLine {
            name: side.name_of(&item.right, tag),
            standing: say.words.t(&standing),
            tone,
            term: say.words.a("beside-term", &[("received", &received), ("due", &due)]),
        }
    };
    let text = side.told.text.trim();
    let cut = text.char_indices().nth(MOST_TEXT).and_then(|(end, _)| text.get(..end));
    SideView {
        reference: request.reference.clone(),
        requester: say.requester(&card.name, &card.address),
        subject: say.subject(&card.subject),
        stage: say.stage(&request.stage),
        received: say.at(request.received_at, policy),
        due: say.due(request),
        text: cut.unwrap_or(text).to_owned(),
        rights: request.items.iter().map(item).collect(),
    }
}

/// What is the same and what differs, a sentence each.
fn compared(say: &Say<'_>, one: Side<'_>, other: Side<'_>) -> (Vec<String>, Vec<String>) {
    let words = &say.words;
    let (mut same, mut differs) = (Vec::new(), Vec::new());
    let (a, b) = (&one.told.stored, &other.told.stored);
    let address = |stored: &Stored| match stored.card.address.as_str() {
        "" => words.t("beside-no-address"),
        address => address.to_owned(),
    };
    let known = !a.card.address.is_empty();
    if known && a.card.address.eq_ignore_ascii_case(&b.card.address) {
        same.push(words.with("beside-same-address", "address", &a.card.address));
    } else {
        let both = [("one", address(a)), ("other", address(b))];
        differs.push(words.a(
            "beside-other-address",
            &both.each_ref().map(|(key, value)| (*key, value.as_str())),
        ));
    }
    let (ours, theirs) = (one.rights(), other.rights());
    for right in ours.intersection(&theirs) {
        same.push(words.with("beside-same-right", "right", &one.name_of(right, say.tag())));
    }
    for (side, rights) in [(one, ours.difference(&theirs)), (other, theirs.difference(&ours))] {
        for right in rights {
            let name = side.name_of(right, say.tag());
            let args = [("reference", side.reference()), ("right", name.as_str())];
            differs.push(words.a("beside-only-right", &args));
        }
    }
    if a.request.on_behalf != b.request.on_behalf {
        differs.push(words.t("beside-other-behalf"));
    }
    match likeness(&one.told.text, &other.told.text) {
        Likeness::NearlyTheSame => same.push(words.t("beside-same-words")),
        Likeness::Different => differs.push(words.t("beside-other-words")),
    }
    if a.request.policy != b.request.policy {
        differs.push(words.t("beside-other-policy"));
    }
    (same, differs)
}

/// What merging one into the other would do, as the core itself decides it; nothing is written.
fn merger(say: &Say<'_>, actor: Actor, from: Side<'_>, into: Side<'_>) -> MergerView {
    let words = &say.words;
    let names = [("from", from.reference()), ("into", into.reference())];
    let (effect, refusal) = match effect(say, actor, from, into) {
        Ok(Event::MergeTaken { deadline, clock, .. }) => {
            let key = if clock.is_some() {
                "beside-merge-theirs"
            } else {
                "beside-merge-own"
            };
            let due = words.date(deadline.due_on);
            (words.a(key, &[names[0], names[1], ("due", &due)]), None)
        }
        Ok(_) => (String::new(), Some(words.t("refusal-merge-target"))),
        Err(refusal) => (String::new(), Some(words.t(&format!("refusal-{}", refusal.code())))),
    };
    MergerView {
        action: format!("/requests/{}/merger", from.reference()),
        seq: from.told.stored.seq,
        into: into.reference().to_owned(),
        button: words.a("beside-merge-do", &names),
        items: words.a("beside-merge-items", &names),
        effect,
        refusal,
    }
}

fn effect(say: &Say<'_>, actor: Actor, from: Side<'_>, into: Side<'_>) -> Result<Event, Refusal> {
    let (from, rules) = (&from.told.stored, from.rules);
    may(&from.request, Step::Merge, actor, rules.policy)?;
    let events = decide(
        &into.told.stored.request,
        &taking(from, going_over(&from.request)),
        into.rules,
        actor,
        say.now,
    )?;
    events.into_iter().next().ok_or(Refusal::MergeTarget)
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "beside.html")]
struct BesidePage {
    /// Around the page.
    frame: Frame,
    /// The two requests, that one first from whose page it was asked.
    sides: Vec<SideView>,
    /// What both share.
    same: Vec<String>,
    /// What only one has, or each has otherwise.
    differs: Vec<String>,
    /// Each into the other.
    mergers: Vec<MergerView>,
}

/// One of the two requests.
#[derive(Debug)]
struct SideView {
    /// Its reference.
    reference: String,
    /// Who asks.
    requester: String,
    /// The subject of its first message.
    subject: String,
    /// Where it stands.
    stage: String,
    /// When it was received.
    received: String,
    /// Its clock.
    due: Due,
    /// What its first message says; may be empty.
    text: String,
    /// Its rights, one by one.
    rights: Vec<RightLine>,
}

/// One right of one of them.
#[derive(Debug)]
struct RightLine {
    /// The right.
    name: String,
    /// Whether it is decided, and how.
    standing: String,
    /// The same as colour and shape.
    tone: Tone,
    /// Its own receipt and the end of its own term.
    term: String,
}

/// Merging one into the other.
#[derive(Debug)]
struct MergerView {
    /// Where the form is sent.
    action: String,
    /// How many events of the one that ends were seen.
    seq: i64,
    /// The reference of the one that goes on.
    into: String,
    /// What the button says.
    button: String,
    /// What becomes of the rights and messages.
    items: String,
    /// What becomes of the clocks; empty when it cannot be done.
    effect: String,
    /// Why it cannot be done now, by the person who looks.
    refusal: Option<String>,
}
