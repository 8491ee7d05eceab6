//! The findings of the lexicon and the leaning of the words, weighed against each other.
//!
//! Patterns know what denial, supposition and reach do to a phrase; weights know many more words. Where the two do not
//! agree, the heavier side wins and a person is asked.

use super::evidence::Evidence;
use super::leaning::{self, Leans};
use super::pattern::Strength;
use super::{Classification, Doubt, Found, Kind};
use crate::domain::lexicon::Sign;

// The weights were chosen on batches of mail from which neither side had learned.

/// What a kind weighs that the lexicon found and does not doubt.
const KIND_FOUND: f32 = 0.25;
/// Most labelled mail asks for something, so words lean that way by so much too much.
const MOSTLY_REQUESTS: f32 = 0.1;
/// Mail is set aside as unrelated only if its words lean that way by so much more.
const CLEARLY: f32 = 0.3;
/// A kind that is ahead of all others by so much is sure.
const KIND_SURE: f32 = 0.3;
/// One sentence that leans so much to a right keeps a mail from being set aside.
const HIDDEN_WISH: f32 = 0.4;
/// What a right weighs that the lexicon found.
const RIGHT_PLAIN: f32 = 1.0;
/// What a right weighs that the lexicon found faintly.
const RIGHT_FAINT: f32 = 0.25;
/// What a right weighs that the lexicon only guessed.
const RIGHT_GUESSED: f32 = 0.2;
/// What a right loses of which the lexicon found that it is not meant.
const RIGHT_DENIED: f32 = 1.0;
/// What every other right loses where the lexicon found one.
const BESIDE_PLAIN: f32 = 0.4;
/// From this weight on a right is taken as invoked.
const INVOKED: f32 = 0.05;
/// A right whose weight is nearer than this to that measure is not sure to be invoked, or not.
const RIGHT_SURE: f32 = 0.3;

/// Whether the kind is open to be weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KindIs {
    /// Known from headers or a reference.
    Settled,
    /// Told by words alone.
    Open,
}

/// What the words of a mail lean to, as a whole and sentence by sentence.
#[derive(Debug)]
pub struct Lean<'l> {
    /// All words together.
    pub whole: &'l Leans,
    /// Each sentence by itself.
    pub sentences: &'l [Leans],
}

/// Weighs a classification made by the lexicon.
pub fn weigh(answer: &mut Classification, kind_is: KindIs, evidence: &Evidence, lean: &Lean<'_>) {
    let ids = |answer: &Classification| answer.rights.iter().map(|right| right.id.clone()).collect::<Vec<_>>();
    let found = (answer.kind, ids(answer), answer.doubts.clone());
    let kind_is_sure = match kind_is {
        KindIs::Open => weigh_kind(answer, lean),
        KindIs::Settled => false,
    };
    let rights_are_sure = match answer.kind {
        Kind::Request | Kind::FollowUp => weigh_rights(answer, evidence, lean.whole),
        Kind::Complaint | Kind::Question | Kind::Automatic | Kind::Unrelated => {
            answer.rights.clear();
            true
        }
    };
    // Two readings that come to the same, one of them without a doubt, need no margin.
    let agree = found.2.is_empty() && found == (answer.kind, ids(answer), answer.doubts.clone());
    if agree {
        return;
    }
    if kind_is_sure && rights_are_sure {
        answer.trust();
    } else if kind_is == KindIs::Open && !kind_is_sure {
        answer.doubt(Doubt::FitsNoSort);
    } else if !rights_are_sure {
        answer.doubt(Doubt::FaintWords);
    }
}

/// Chooses the heaviest kind, and says whether it is sure.
fn weigh_kind(answer: &mut Classification, lean: &Lean<'_>) -> bool {
    let found = answer.kind;
    let set_aside = |kind: Kind| matches!(kind, Kind::Automatic | Kind::Unrelated);
    let sure = |doubt: &Doubt| matches!(doubt, Doubt::MayBelong | Doubt::OnlyForwarded);
    let own = if answer.doubts.iter().all(sure) {
        KIND_FOUND
    } else {
        0.0
    };
    let weight = |kind: Kind| {
        let lean = lean.whole.kinds.get(&kind).map_or(0.0, |lean| lean.weight);
        let favour = if kind == found { own } else { 0.0 };
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
        return false;
    };
    let mut kind = *heaviest;
    let mut is_sure = first - second >= KIND_SURE;
    if kind == Kind::Automatic && found != Kind::Automatic {
        // A programme is known by its marks. Without any, a person wrote it, however stiff the words.
        (kind, is_sure) = (*next, false);
    }
    if kind == Kind::Unrelated && lean.sentences.iter().any(hides_a_wish) {
        (kind, is_sure) = (Kind::Request, false);
    }
    if kind != found {
        answer.kind = kind;
        let lean = lean.whole.kinds.get(&kind);
        answer.kind_words = lean.map_or_else(Vec::new, |lean| lean.words.clone());
        if kind == Kind::FollowUp {
            answer.doubt(Doubt::MayBelong);
        }
        // What the lexicon took for a case is never set aside without a person.
        if set_aside(kind) && found.opens_case() {
            answer.doubt(Doubt::FitsNoSort);
            is_sure = false;
        }
    }
    is_sure
}

/// A wish can hide among other business.
fn hides_a_wish(sentence: &Leans) -> bool {
    let kind = |kind: Kind| sentence.kinds.get(&kind).map_or(0.0, |lean| lean.weight);
    let most = sentence
        .rights
        .values()
        .map(|lean| lean.weight)
        .fold(f32::MIN, f32::max);
    most >= HIDDEN_WISH && kind(Kind::Request) > kind(Kind::Unrelated)
}

/// Takes in the rights that weigh enough, and says whether they are sure.
fn weigh_rights(answer: &mut Classification, evidence: &Evidence, leans: &Leans) -> bool {
    let weights: Vec<(&String, &leaning::Lean, f32)> = leans
        .rights
        .iter()
        .map(|(id, lean)| (id, lean, lean.weight + own_weight(evidence, id)))
        .collect();
    let is_meant = |(id, lean, weight): &(&String, &leaning::Lean, f32)| match answer.kind {
        // Who comes back to a request speaks of it; what they newly ask they must say plainly.
        Kind::FollowUp => evidence.strength(id) == Some(Strength::Plain) && lean.weight > 0.0,
        _ => *weight > INVOKED,
    };
    let mut meant: Vec<_> = weights.iter().filter(|right| is_meant(right)).collect();
    let near = |(_, _, weight): &(&String, &leaning::Lean, f32)| (weight - INVOKED).abs() < RIGHT_SURE;
    let mut are_sure = answer.kind == Kind::FollowUp || !weights.iter().any(near);
    // Who names no right, leaves it to a file, or only says what is not meant, may mean none of them.
    let may_name_none = evidence.sign(Sign::Unspecified).is_some()
        || evidence.denies_any()
        || answer.doubts.contains(&Doubt::OnlyAttached);
    if answer.kind == Kind::Request && meant.is_empty() {
        are_sure = false;
        if !may_name_none {
            // A request is for something: the likeliest right is better than none.
            meant.extend(weights.iter().max_by(|(_, _, one), (_, _, other)| one.total_cmp(other)));
        }
    }
    answer.rights = meant
        .into_iter()
        .map(|(id, lean, _)| {
            let found = answer.rights.iter().find(|right| right.id == **id);
            found.cloned().unwrap_or_else(|| Found {
                id: (*id).clone(),
                words: lean.words.clone(),
            })
        })
        .collect();
    are_sure
}

/// What the lexicon gives to a right, or takes from it.
fn own_weight(evidence: &Evidence, id: &str) -> f32 {
    let own = match evidence.strength(id) {
        Some(Strength::Plain) => return RIGHT_PLAIN,
        Some(Strength::Faint) => RIGHT_FAINT,
        Some(Strength::Guess) => RIGHT_GUESSED,
        None if evidence.denies(id) => -RIGHT_DENIED,
        None => 0.0,
    };
    if evidence.invokes() { own - BESIDE_PLAIN } else { own }
}
