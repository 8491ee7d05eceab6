//! The findings of the lexicon and the leaning of the words, weighed against each other.
//!
//! Patterns know what denial, supposition and reach do to a phrase; weights know many more words. Where the two do not
//! agree, the heavier side wins and a person is asked.

use super::evidence::Evidence;
use super::leaning::{Lean, Leans};
use super::pattern::Strength;
use super::{Classification, Doubt, Found, Kind};

// The weights were chosen on batches of mail from which neither side had learned.

/// What a kind weighs that the lexicon found and does not doubt.
const KIND_FOUND: f32 = 0.6;
/// Most labelled mail asks for something, so words lean that way by so much too much.
const MOSTLY_REQUESTS: f32 = 0.2;
/// Mail is set aside against the lexicon only if its words lean that way by so much more.
const CLEARLY: f32 = 0.5;
/// What a right weighs that the lexicon found.
const RIGHT_PLAIN: f32 = 1.0;
/// What a right weighs that the lexicon found faintly.
const RIGHT_FAINT: f32 = 0.4;
/// What a right weighs that the lexicon only guessed.
const RIGHT_GUESSED: f32 = 0.2;
/// What a right loses of which the lexicon found that it is not meant.
const RIGHT_DENIED: f32 = 1.0;
/// What every other right loses where the lexicon found one.
const BESIDE_PLAIN: f32 = 0.4;
/// From this weight on a right is taken as invoked.
const INVOKED: f32 = 0.1;
/// Words that lean so much away from a right that the lexicon found are reason to ask a person.
const AWAY: f32 = -0.6;

/// Whether the kind is open to be weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KindIs {
    /// Known from headers or a reference.
    Settled,
    /// Told by words alone.
    Open,
}

/// Weighs a classification made by the lexicon.
pub fn weigh(answer: &mut Classification, kind_is: KindIs, evidence: &Evidence, leans: &Leans) {
    if kind_is == KindIs::Open {
        weigh_kind(answer, leans);
    }
    match answer.kind {
        Kind::Request | Kind::FollowUp => weigh_rights(answer, evidence, leans),
        Kind::Complaint | Kind::Question | Kind::Automatic | Kind::Unrelated => answer.rights.clear(),
    }
}

fn weigh_kind(answer: &mut Classification, leans: &Leans) {
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
        let against = set_aside(kind) && found.opens_case();
        let favour = if kind == found { own } else { 0.0 };
        let handicap = if kind == Kind::Request { MOSTLY_REQUESTS } else { 0.0 };
        lean + favour - handicap - if against { CLEARLY } else { 0.0 }
    };
    let heaviest = Kind::ALL
        .into_iter()
        .max_by(|one, other| weight(*one).total_cmp(&weight(*other)));
    let Some(kind) = heaviest.filter(|kind| *kind != found) else {
        return;
    };
    answer.kind = kind;
    answer.kind_words = leans.kinds.get(&kind).map_or_else(Vec::new, |lean| lean.words.clone());
    if set_aside(found) && set_aside(kind) {
        return;
    }
    answer.doubt(match kind {
        Kind::Request => Doubt::FaintWords,
        Kind::FollowUp => Doubt::MayBelong,
        Kind::Automatic => Doubt::LooksAutomatic,
        Kind::Complaint | Kind::Question | Kind::Unrelated => Doubt::FitsNoSort,
    });
}

fn weigh_rights(answer: &mut Classification, evidence: &Evidence, leans: &Leans) {
    let mut leans_away = false;
    let mut rights = Vec::new();
    for (id, lean) in &leans.rights {
        let own = match evidence.strength(id) {
            Some(Strength::Plain) => {
                leans_away |= lean.weight < AWAY;
                RIGHT_PLAIN
            }
            // Who comes back to a request speaks of it; what they newly ask they must say plainly.
            _ if answer.kind == Kind::FollowUp => continue,
            Some(Strength::Faint) => RIGHT_FAINT,
            Some(Strength::Guess) => RIGHT_GUESSED,
            None if evidence.denies(id) => -RIGHT_DENIED,
            None => 0.0,
        };
        let beside = evidence.invokes() && own < RIGHT_PLAIN;
        if lean.weight + own - if beside { BESIDE_PLAIN } else { 0.0 } > INVOKED {
            let found = answer.rights.iter().find(|right| right.id == *id);
            rights.push(found.cloned().unwrap_or_else(|| leaned(id, lean)));
        }
    }
    // Some requests say no right in so many words, and the lexicon knows them.
    let unnamed = |doubt: &Doubt| matches!(doubt, Doubt::NoRightNamed | Doubt::OnlyAttached);
    let names_none = answer.rights.is_empty() && answer.doubts.iter().any(unnamed);
    if answer.kind == Kind::Request && rights.is_empty() && !names_none {
        // A request is for something: the likeliest right that is not denied is better than none.
        let likeliest = leans
            .rights
            .iter()
            .filter(|(id, _)| !evidence.denies(id))
            .max_by(|(_, one), (_, other)| one.weight.total_cmp(&other.weight));
        rights.extend(likeliest.map(|(id, lean)| leaned(id, lean)));
    }
    let ids = |rights: &[Found]| rights.iter().map(|right| right.id.clone()).collect::<Vec<_>>();
    if leans_away || ids(&rights) != ids(&answer.rights) {
        answer.doubt(Doubt::FaintWords);
    }
    answer.rights = rights;
}

fn leaned(id: &str, lean: &Lean) -> Found {
    Found {
        id: id.to_owned(),
        words: lean.words.clone(),
    }
}
