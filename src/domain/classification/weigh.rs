//! The findings of the lexicon and the leaning of the words, weighed against each other.
//!
//! Patterns know what denial, supposition and reach do to a phrase; weights know many more words. Where the two do not
//! agree, the heavier side wins and a person is asked.

use super::evidence::Evidence;
use super::leaning::{Lean, Leans};
use super::pattern::Strength;
use super::{Classification, Doubt, Found, Kind};
use crate::domain::lexicon::{Lexicon, Sign};

// The weights were chosen on batches of mail from which neither side had learned.

/// What a kind weighs that the lexicon found and does not doubt.
const KIND_FOUND: f32 = 0.2;
/// Most labelled mail asks for something, so words lean that way by so much too much.
const MOSTLY_REQUESTS: f32 = 0.2;
/// Mail is taken for unrelated only if its words lean that way by so much more than to any case.
const CLEARLY: f32 = 0.6;
/// Under the mark of an answer, mail is a new request only if its words lean that way by so much more than to a follow-up.
const ANSWERS: f32 = 1.0;
/// How far ahead of all others a kind is that is sure, and how far any right from being taken otherwise.
const SURE: Margin = Margin { kind: 0.4, right: 0.15 };
/// The same where the lexicon by itself came to all of it, without a doubt: its word for a right is in the sum already.
const SURE_TOGETHER: Margin = Margin { kind: 0.2, right: 0.2 };
/// What a right weighs that the lexicon found.
const RIGHT_PLAIN: f32 = 0.2;
/// What a right weighs that is said in words somebody added to the lexicon: as good as certain.
const RIGHT_ADDED: f32 = 2.0;
/// What a right loses of which the lexicon found that it is not meant.
const RIGHT_DENIED: f32 = 0.5;
/// From this weight on a right is taken as invoked.
const INVOKED: f32 = -0.15;
/// From this weight on a right is newly invoked by someone who comes back to a request.
const INVOKED_ANEW: f32 = 0.2;

/// Whether the kind is open to be weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KindIs {
    /// Known from headers or a reference.
    Settled,
    /// Told by words alone.
    Open,
    /// Told by words, under a subject with the mark of an answer.
    Answer,
}

/// How clearly something was weighed.
#[derive(Debug, Clone, Copy)]
struct Margin {
    kind: f32,
    right: f32,
}

/// Weighs a classification made by the lexicon.
pub fn weigh(answer: &mut Classification, kind_is: KindIs, evidence: &Evidence, leans: &Leans, lexicon: &Lexicon) {
    let ids = |answer: &Classification| answer.rights.iter().map(|right| right.id.clone()).collect::<Vec<_>>();
    let found = (answer.kind, ids(answer), answer.doubts.clone());
    let kind = match kind_is {
        KindIs::Open | KindIs::Answer => weigh_kind(answer, kind_is, evidence, leans),
        KindIs::Settled => f32::MAX,
    };
    if kind_is == KindIs::Answer && speaks_of_earlier(evidence, leans) {
        belong(answer);
    }
    let right = match answer.kind {
        Kind::Request | Kind::FollowUp => weigh_rights(answer, evidence, leans, lexicon),
        Kind::Complaint | Kind::Question | Kind::Automatic | Kind::Unrelated => {
            answer.rights.clear();
            f32::MAX
        }
    };
    let agree = found.2.is_empty() && found == (answer.kind, ids(answer), answer.doubts.clone());
    let sure = if agree { SURE_TOGETHER } else { SURE };
    if kind < sure.kind {
        answer.doubt(Doubt::FitsNoSort);
    } else if right < sure.right {
        answer.doubt(Doubt::FaintWords);
    } else if kind_is != KindIs::Settled {
        answer.trust();
    }
}

/// Whether an answer goes on with a request, rather than making one on the occasion of an advertisement.
fn speaks_of_earlier(evidence: &Evidence, leans: &Leans) -> bool {
    let lean = |kind: Kind| leans.kinds.get(&kind).map_or(0.0, |lean| lean.weight);
    evidence.subject_on_topic
        || evidence.sign(Sign::FollowUp).is_some()
        || lean(Kind::Request) - lean(Kind::FollowUp) < ANSWERS
}

/// Takes what would be a case by itself for part of one.
fn belong(answer: &mut Classification) {
    if answer.kind.opens_case() {
        answer.kind = Kind::FollowUp;
        answer.doubt(Doubt::MayBelong);
    }
}

/// Chooses the heaviest kind, and says how far it is ahead of the others.
fn weigh_kind(answer: &mut Classification, kind_is: KindIs, evidence: &Evidence, leans: &Leans) -> f32 {
    let found = answer.kind;
    let set_aside = |kind: Kind| matches!(kind, Kind::Automatic | Kind::Unrelated);
    let sure = |doubt: &Doubt| matches!(doubt, Doubt::MayBelong | Doubt::OnlyForwarded);
    let own = if answer.doubts.iter().all(sure) {
        KIND_FOUND
    } else {
        0.0
    };
    let weight = |kind: Kind| {
        let lean = leans.kinds.get(&kind).map_or(0.0, |lean| lean.weight);
        // A word of other business stands in many a request.
        let favour = if kind == found && kind != Kind::Unrelated {
            own
        } else {
            0.0
        };
        let handicap = match kind {
            Kind::Request => MOSTLY_REQUESTS,
            Kind::Unrelated => CLEARLY,
            Kind::FollowUp | Kind::Complaint | Kind::Question | Kind::Automatic => 0.0,
        };
        lean + favour - handicap
    };
    let mut weights: Vec<(Kind, f32)> = Kind::ALL.into_iter().map(|kind| (kind, weight(kind))).collect();
    weights.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let [(heaviest, first), (next, second), ..] = weights.as_slice() else {
        return 0.0;
    };
    let mut kind = *heaviest;
    let mut ahead = first - second;
    if let Some(unrelated) = leans.kinds.get(&Kind::Unrelated)
        && kind != Kind::Unrelated
    {
        // That a mail is not clearly unrelated makes it no clearer case.
        ahead = ahead.min(first - unrelated.weight);
    }
    if kind == Kind::Automatic && found != Kind::Automatic {
        // A programme is known by its marks. Without any, a person wrote it, however stiff the words.
        (kind, ahead) = (*next, 0.0);
    }
    // In doubt, a right invoked in plain words that speak of nothing earlier as plainly is a request of its own.
    let sign = evidence.sign(Sign::FollowUp);
    let of_earlier = sign.is_some_and(|(strength, _)| *strength == Strength::Plain);
    let stands_alone = kind_is == KindIs::Open && evidence.invokes() && !of_earlier;
    if kind == Kind::FollowUp && stands_alone && ahead < SURE.kind {
        (kind, ahead) = (Kind::Request, 0.0);
    }
    // Nor is what may belong to a request set aside by its words alone.
    if kind == Kind::Unrelated && (leans.hides_a_request || answer.doubts.contains(&Doubt::MayBelong)) {
        (kind, ahead) = (Kind::Request, 0.0);
    }
    if kind != found {
        answer.kind = kind;
        let lean = leans.kinds.get(&kind);
        answer.kind_words = lean.map_or_else(Vec::new, |lean| lean.words.clone());
        if kind == Kind::FollowUp {
            answer.doubt(Doubt::MayBelong);
        }
        // What the lexicon took for a case is never set aside without a person.
        if set_aside(kind) && found.opens_case() {
            ahead = 0.0;
        }
    }
    ahead
}

/// Takes in the rights that weigh enough, and says how far the one least sure is from being taken otherwise.
fn weigh_rights(answer: &mut Classification, evidence: &Evidence, leans: &Leans, lexicon: &Lexicon) -> f32 {
    let weights: Vec<(&String, &Lean, f32)> = leans
        .rights
        .iter()
        .map(|(id, lean)| (id, lean, lean.weight + own_weight(evidence, id)))
        .collect();
    let enough = match answer.kind {
        // Who comes back to a request speaks of it; what they newly ask they must say plainly.
        Kind::FollowUp => INVOKED_ANEW,
        Kind::Request | Kind::Complaint | Kind::Question | Kind::Automatic | Kind::Unrelated => INVOKED,
    };
    let mut meant: Vec<_> = weights
        .iter()
        .filter(|(id, _, weight)| *weight > enough && !is_told_again(answer.kind, evidence, id))
        .collect();
    // What comes with a right that is meant makes no difference.
    let comes_with = |id: &String| meant.iter().any(|(right, _, _)| lexicon.comes_with(right, id));
    let open = weights.iter().filter(|(id, _, _)| !comes_with(id));
    let nearest = open
        .map(|(_, _, weight)| (weight - enough).abs())
        .fold(f32::MAX, f32::min);
    let mut margin = if answer.kind == Kind::FollowUp {
        f32::MAX
    } else {
        nearest
    };
    if !meant.is_empty() && meant.iter().all(|(id, _, _)| evidence.is_added(id)) {
        margin = f32::MAX;
    }
    // Nor is it proposed beside that one, unless it is asked for in plain words: it would be decided twice.
    let beside: Vec<&String> = meant.iter().map(|(id, _, _)| *id).filter(|id| comes_with(id)).collect();
    meant.retain(|(id, _, _)| !beside.contains(id) || evidence.strength(id) == Some(Strength::Plain));
    // Who names no right, leaves it to a file, or only says what is not meant, may mean none of them.
    let may_name_none = evidence.sign(Sign::Unspecified).is_some()
        || evidence.denied().next().is_some()
        || answer.doubts.contains(&Doubt::OnlyAttached);
    // Of a right that nothing was learned of, the lexicon's word is all there is.
    let mut rights = answer.rights.clone();
    rights.retain(|right| !leans.rights.contains_key(&right.id));
    if answer.kind == Kind::Request && meant.is_empty() && rights.is_empty() {
        margin = 0.0;
        if !may_name_none {
            // A request is for something: the likeliest right is better than none.
            meant.extend(weights.iter().max_by(|(_, _, one), (_, _, other)| one.total_cmp(other)));
        }
    }
    rights.extend(meant.into_iter().map(|(id, lean, _)| {
        let found = answer.rights.iter().find(|right| right.id == **id);
        found.cloned().unwrap_or_else(|| Found {
            id: (*id).clone(),
            words: lean.words.clone(),
        })
    }));
    rights.sort_by(|one, other| one.id.cmp(&other.id));
    answer.rights = rights;
    margin
}

/// Whether someone who comes back to a request only tells of a right they invoked before.
fn is_told_again(kind: Kind, evidence: &Evidence, id: &str) -> bool {
    kind == Kind::FollowUp && evidence.strength(id) == Some(Strength::Faint)
}

/// What the lexicon gives to a right, or takes from it.
fn own_weight(evidence: &Evidence, id: &str) -> f32 {
    match evidence.strength(id) {
        Some(Strength::Plain) if evidence.is_added(id) => RIGHT_ADDED,
        Some(Strength::Plain) => RIGHT_PLAIN,
        Some(Strength::Faint | Strength::Guess) | None if evidence.denies(id) => -RIGHT_DENIED,
        Some(Strength::Faint | Strength::Guess) | None => 0.0,
    }
}
